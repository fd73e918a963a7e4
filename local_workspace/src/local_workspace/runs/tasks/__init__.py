"""Kinds of task, one module each; `kinds` lists them. What runs in a task's own process is here too."""
