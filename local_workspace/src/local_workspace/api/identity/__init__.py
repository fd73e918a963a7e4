"""Who the callers are, and how they prove it."""
