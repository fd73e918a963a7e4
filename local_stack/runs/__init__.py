"""A DAG run seen from outside: triggered, followed, and what it has to show or has left behind."""
