"""Commands in execution contexts: a Python process attached to a cluster that runs one cell after the other.

The door is `contexts.Contexts`.
"""
