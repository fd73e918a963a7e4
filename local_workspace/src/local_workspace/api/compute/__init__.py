"""Compute: clusters, what they are made from, what is installed on them, and commands on them."""
