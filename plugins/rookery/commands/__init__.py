"""What the command `rookery` does, beside `check`: a module per command."""
