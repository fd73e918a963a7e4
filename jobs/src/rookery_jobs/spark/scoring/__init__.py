"""Batch scoring: the files' rows, and what a registered version takes of them."""
