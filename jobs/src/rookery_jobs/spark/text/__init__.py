"""What the text of a source's fields means."""
