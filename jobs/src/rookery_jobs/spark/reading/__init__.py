"""What lies where: listings of files, and their rows as text."""
