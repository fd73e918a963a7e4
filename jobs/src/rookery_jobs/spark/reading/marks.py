"""The columns that say where a row is from, beside those of its source."""

ROW = "__row"
"""A number by which the rows of a source are in its order; see `place_of`."""
FILE = "__file"
"""The path of the row's file; null where the source is one file, or none."""
BROKEN = "__broken_record"
"""What is there instead of a row that cannot be taken apart; null for all others."""
