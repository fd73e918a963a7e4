"""Data that is in a workspace already: whether it is there, and what it is."""
