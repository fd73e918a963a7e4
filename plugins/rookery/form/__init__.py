"""A plan's trigger form, and a run's conf: its fields, and the plan with their values."""
