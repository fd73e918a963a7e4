"""Which texts are labels, for each kind of label."""

import re

from rookery_jobs.contract.text import BLANKS

MAX_CLASSES = 100
"""Classes are 0 to 99 at most: a model has coefficients for every class up to the largest."""

LABEL_FAULT = "is not a non-negative integer, as a label must be"

_CLASS = re.compile(r"\+?[0-9]+")
_LARGEST_INT = 2**31 - 1


def class_of(text: str) -> int | None:
    """The class that a text is, as Spark's int, at least 0; None where it is none."""
    value = text.strip(BLANKS)
    if not _CLASS.fullmatch(value):
        return None
    # Python refuses to read numbers of thousands of digits.
    digits = value.lstrip("+0") or "0"
    return int(digits) if len(digits) <= len(str(_LARGEST_INT)) and int(digits) <= _LARGEST_INT else None
