"""Notebooks in a run's own process: their cells, what the cells' magics mean, and what each has shown."""
