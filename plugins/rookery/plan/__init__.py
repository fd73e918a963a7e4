"""What a user declares, and every mistake in it."""
