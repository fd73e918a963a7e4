"""How a file comes from the web or the project, with all that is suspicious about it."""
