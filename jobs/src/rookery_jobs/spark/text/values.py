"""The values of a column of text."""

from pyspark.sql import Column
from pyspark.sql import functions as F  # noqa: N812  (Spark's own convention)

_NUMBER = r"^[+-]?([0-9]+(\\.[0-9]*)?|\\.[0-9]+)([eE][+-]?[0-9]+)?$"


def column(name: str) -> Column:
    """The column of this very name, whatever characters it has."""
    return F.col(f"`{name.replace('`', '``')}`")


def present(name: str) -> Column:
    """Null where the value is empty or blank."""
    return F.when(F.trim(column(name)) != "", column(name))


def double(name: str) -> Column:
    """The text as a finite number; null where it is none. The name must have no backtick."""
    # The pattern keeps Java's own spellings out ("1d", "0x1p3", "NaN"); 1e999 would be an infinity.
    value = F.expr(f"CASE WHEN trim(`{name}`) RLIKE '{_NUMBER}' THEN try_cast(trim(`{name}`) AS double) END")
    return F.when(F.abs(value) < float("inf"), value)
