"""A serving endpoint: what it serves, what it is asked to serve, and what it answers."""
