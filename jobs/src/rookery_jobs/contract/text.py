"""What the text of a source's fields means: the same in training, in batch scoring and in serving.

Rule 1: blanks around a text are no part of it, and a text of blanks alone is missing. Two texts are the same
category or split key if they are equal in Unicode's composed form (NFC), and a whole number is the same
with and without a fraction of zeros: `101.0` is `101`. Case, blanks within a text and leading zeros tell
texts apart.

Rule 0, of models and snapshots from before: only spaces are blanks, and a category or a key is the text as it
stands, with the spaces around it.

The job code says the same in Spark's terms, and the scorer for the models that it travels in; one table of
cases holds them together.
"""

import math
import re
import unicodedata
from datetime import UTC, datetime

TEXT_RULE = 1
"""The rule of new snapshots, and so of the models that are trained on them."""

BLANKS = (
    "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u200b"
    "\u2028\u2029\u202f\u205f\u3000\ufeff"
)
"""Unicode's White_Space, and the two blanks of no width that are not in it."""

NOT_UTF8 = "\ufffd"
"""What a byte that is not UTF-8 becomes when it is read, in Java, in Spark and in Python."""

_WHOLE = re.compile(r"(-?[0-9]+)\.0+")
_NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?")

_ISO_8601 = re.compile(
    r"([0-9]{4}-[0-9]{2}-[0-9]{2})"
    r"(?:[T ]([0-9]{2}:[0-9]{2})(:[0-9]{2}(?:\.[0-9]{1,9})?)?(Z|[+-][0-9]{2}:?[0-9]{2})?)?"
)


def stripped(text: str) -> str | None:
    """The text without the blanks around it, or None if nothing is left of it."""
    return text.strip(BLANKS) or None


def category_of(text: str) -> str | None:
    """The category that the text is, by rule 1, or None if nothing is left of it. NOT_UTF8 makes it none."""
    value = stripped(unicodedata.normalize("NFC", text))
    if value is None or NOT_UTF8 in value:
        return None
    whole = _WHOLE.fullmatch(value)
    return whole[1] if whole else value


def number(text: str) -> float | None:
    """The finite number that the text is, or None: NaN, infinities, and Java's `1d` and `0x1p3` are none."""
    value = text.strip(BLANKS)
    if not _NUMBER.fullmatch(value):
        return None
    return float(value) if math.isfinite(float(value)) else None


def instant(text: str) -> datetime | None:
    """The instant that a date (its first) or an ISO 8601 timestamp is, in UTC without a zone; or None."""
    found = _ISO_8601.fullmatch(text.strip(BLANKS))
    if not found:
        return None
    day, time, seconds, zone = found.groups()
    try:
        # Of a second's decimals, Python reads six.
        value = datetime.fromisoformat(f"{day}T{time or '00:00'}{(seconds or ':00')[:10]}{zone or '+00:00'}")
    except ValueError:
        return None
    try:
        return value.astimezone(UTC)
    except OverflowError:
        # In UTC it is of a year that Python does not have: 9999-12-31 of a zone in the west, for example.
        return (datetime.max if value.year > 1 else datetime.min).replace(tzinfo=UTC)
