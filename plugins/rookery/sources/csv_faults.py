"""What is wrong with a value in a CSV file, and what to do, in words."""

from __future__ import annotations

from collections.abc import Collection
from reprlib import repr as shown
from typing import NamedTuple

from rookery_jobs.contract import MAX_CLASSES, first_ten, number

# How programs write that there is no value.
MISSING = frozenset({"-", "?", ".", "n/a", "na", "nan", "none", "null", "#n/a"})


class Fault(NamedTuple):
    """Values of a column that cannot be used: the first of them, its row, and what it is instead of what it
    should be. Without a column, it is the whole row that cannot be used."""

    column: str
    row: int
    value: str
    what: str


def told(fault: Fault, more: int, fix: str) -> str:
    """The fault with the number of rows that have the same, and what to do."""
    others = f" (and {more} more such row{'s' if more > 1 else ''})" if more else ""
    if not fault.column:
        return f"row {fault.row}: it {fault.what}{others}; quote values that have a comma"
    value = f"column {fault.column!r} has {shown(fault.value)}, which {fault.what}{others}"
    return f"row {fault.row}: {value}; {fix}"


def fix_of_number(value: str) -> str:
    """What to do about text in a numeric column."""
    if value.lower() in MISSING:
        return f"say missing=[{value!r}], or leave the cell empty where there is no value"
    if number(value.replace(".", "").replace(",", ".")) is not None:
        return "say decimal=',' if that is so in the whole column; there may be no separators of thousands"
    return "correct the values, or make the column a categorical one"


def fix_of_label(value: str, labels: Collection[str], label_type: str) -> str:
    """What to do about a label that is none of its type, where these are found."""
    if value.lower() in MISSING:
        return f"say missing=[{value!r}], or leave the cell empty where there is no value"
    if label_type == "double":
        return fix_of_number(value)
    if number(value) is not None:
        return (
            "the plan's algorithms predict classes: name one that predicts amounts, such as "
            "LinearRegression, or make classes of the values"
        )
    if len(labels) > MAX_CLASSES:
        return f"a label has at most {MAX_CLASSES} classes: name another column as the label"
    if label_type != "int":
        return "correct the values, or say label_type='string'"
    classes = first_ten(f"{text} = {place}" for place, text in enumerate(sorted(labels)))
    return f"say label_type='string', or give each class a number, such as {classes}"


def unclosed_quote(name: str, place: str) -> str:
    """That a quote is opened and not closed on the same line of the file."""
    return (
        f"{name} has an unclosed quote in {place} (row 1 follows the header): every row must be on one line, "
        "so write values without line breaks, and a quote within quotes doubled"
    )
