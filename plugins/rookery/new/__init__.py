"""A first plan from a CSV file: columns guessed by what is in them, each guess with its reason."""
