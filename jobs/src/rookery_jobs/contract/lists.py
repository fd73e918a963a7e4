"""Lists in messages."""

from collections.abc import Iterable

_SHOWN = 10


def first_ten(values: Iterable[object], separator: str = ", ") -> str:
    """The first ten values, and how many more there are: a message is for reading, and goes to logs."""
    every = [str(each) for each in values]
    shown = separator.join(every[:_SHOWN])
    return f"{shown} and {len(every) - _SHOWN} more" if len(every) > _SHOWN else shown
