"""What is wrong with a value in a CSV file, and what to do, in words."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from reprlib import repr as shown
from typing import NamedTuple

from rookery_jobs.contract import MAX_CLASSES, first_ten, number

# How programs write that there is no value.
MISSING = frozenset({"-", "?", ".", "n/a", "na", "nan", "none", "null", "#n/a"})

# A sign such as a currency's, three capitals before a number, or a few letters behind it; `A-12` and `12a`
# are codes.
_BEFORE, _AFTER = r"([^\w\s.,+-]\s?|[A-Z]{3}\s)", r"(\s?([^\w\s.,+-]|[^\W\d]{2,3})|\s[^\W\d])"
_AMOUNT = r"[+-]?[0-9]+([.,][0-9]+)*"
_WITH_UNIT = re.compile(f"{_BEFORE}{_AMOUNT}|{_AMOUNT}{_AFTER}")
_BETWEEN_GROUPS = ",.'\u2019 \xa0\u202f"
_GROUPED = re.compile(rf"[+-]?[1-9][0-9]{{0,2}}([{_BETWEEN_GROUPS}])[0-9]{{3}}(\1[0-9]{{3}})*([.,][0-9]+)?")


class Fault(NamedTuple):
    """Values of a column that cannot be used: the first of them, its row, and what it is instead of what it
    should be. Without a column, it is the whole row that cannot be used, and `fix` says what to do."""

    column: str
    row: int
    value: str
    what: str
    fix: str = ""


def told(fault: Fault, more: int, fix: str) -> str:
    """The fault with the number of rows that have the same, and what to do."""
    others = f" (and {more} more such row{'s' if more > 1 else ''})" if more else ""
    if not fault.column:
        return f"row {fault.row}: it {fault.what}{others}; {fix}"
    value = f"column {fault.column!r} has {shown(fault.value)}, which {fault.what}{others}"
    return f"row {fault.row}: {value}; {fix}"


def is_grouped(value: str) -> bool:
    """Whether a text may be a number with separators of thousands; `1,234` may also have a fraction."""
    return _GROUPED.fullmatch(value) is not None


def has_unit(value: str) -> bool:
    """Whether a text is a number with a unit, such as `12.5 %`."""
    return _WITH_UNIT.fullmatch(value) is not None


def fix_of_fields(fields: Sequence[str], width: int, delimiter: str) -> str:
    """What to do about a row that has not as many fields as the header is wide."""
    between = "a comma" if delimiter == "," else repr(delimiter)
    if len(fields) == width + 1 and not fields[-1].strip():
        return f"{between} ends it, and none ends the header: take it off the rows, or add one to the header"
    return f"quote values that have {between}"


def fix_of_number(value: str, decimal: str = ".") -> str:
    """What to do about text in a numeric column."""
    if value.lower() in MISSING:
        return f"say missing=[{value!r}], or leave the cell empty where there is no value"
    if decimal == ",":
        if is_grouped(value) or number(value) is not None:
            return "with decimal=',' a point is no fraction, and there may be no separators of thousands"
    elif number(value.replace(".", "").replace(",", ".")) is not None and not _has_point_last(value):
        return "say decimal=',' if that is so in the whole column; there may be no separators of thousands"
    elif is_grouped(value):
        return "write numbers without separators of thousands"
    elif has_unit(value):
        return "write numbers alone, without their unit"
    return "correct the values, or make the column a categorical one"


def _has_point_last(value: str) -> bool:
    return value.rfind(".") > value.rfind(",")


def fix_of_label(value: str, labels: Collection[str], label_type: str, decimal: str = ".") -> str:
    """What to do about a label that is none of its type, where these are found."""
    if value.lower() in MISSING:
        return f"say missing=[{value!r}], or leave the cell empty where there is no value"
    if label_type == "double":
        return fix_of_number(value, decimal)
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


def never_closed(name: str, place: str) -> str:
    """That a quote is opened and not closed before the file ends."""
    return (
        f"{name} has a quote in {place} (row 1 follows the header) that is never closed, so that all that "
        "follows is in it: close it, and write a quote within quotes doubled"
    )
