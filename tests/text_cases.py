"""What the text of a field means: one table for all that read it, in Python and in Spark."""

from datetime import UTC, datetime
from typing import NamedTuple


class TextCase(NamedTuple):
    """A field, and what it is as a number, as a class and as a time; None where it is none."""

    text: str
    number: float | None = None
    label: int | None = None
    instant: datetime | None = None


MONDAY = datetime(2026, 1, 5, tzinfo=UTC)

TEXTS = [
    TextCase("0", 0.0, 0),
    TextCase("2", 2.0, 2),
    TextCase(" +7\t", 7.0, 7),
    TextCase("\u00a03\u3000", 3.0, 3),
    TextCase("-1", -1.0),
    TextCase("1.0", 1.0),
    TextCase("12.50", 12.5),
    TextCase(".5", 0.5),
    TextCase("5.", 5.0),
    TextCase("1e3", 1000.0),
    TextCase("1e999"),
    TextCase("1d"),
    TextCase("0x1p3"),
    TextCase("1_000"),
    TextCase("1,5"),
    TextCase("NaN"),
    TextCase("Infinity"),
    TextCase("\u0663"),
    TextCase("NA"),
    TextCase("yes"),
    TextCase("2147483647", 2147483647.0, 2147483647),
    TextCase("2147483648", 2147483648.0),
    TextCase("2026-01-05", instant=MONDAY),
    TextCase(" 2026-01-05T00:00 ", instant=MONDAY),
    TextCase("2026-01-05 00:00:00Z", instant=MONDAY),
    TextCase("2026-01-05T01:30:00.000000000+01:30", instant=MONDAY),
    TextCase("2026-01-04T19:00:00-0500", instant=MONDAY),
    TextCase("2026-02-30"),
    TextCase("2026-01-05T25:00"),
    TextCase("2026", 2026.0, 2026),
    TextCase("05.01.2026"),
]
