"""Which version of a model is its champion, and what is known of a version."""
