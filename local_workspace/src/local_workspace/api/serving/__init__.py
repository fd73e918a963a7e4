"""Serving endpoints: what they are, and asking them."""
