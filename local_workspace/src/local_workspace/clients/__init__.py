"""What uses a workspace from outside: starts it, fills it."""
