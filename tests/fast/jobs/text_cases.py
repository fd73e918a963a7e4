"""What text means: one table, which the contract, the scorer and Spark are held to."""

from datetime import UTC, datetime

CATEGORIES: list[tuple[str, str | None]] = [
    ("Biscoe", "Biscoe"),
    ("  Biscoe ", "Biscoe"),
    ("\tBiscoe\u00a0", "Biscoe"),
    ("\u2007\u202fBiscoe\u3000", "Biscoe"),
    ("\ufeffBiscoe\u200b", "Biscoe"),
    ("Isle of  Wight", "Isle of  Wight"),
    ("Isle\u00a0of Wight", "Isle\u00a0of Wight"),
    ("biscoe", "biscoe"),
    ("I\u0302le", "\u00cele"),
    ("\u00cele", "\u00cele"),
    ("\u212bland", "\u00c5land"),
    ("\u1112\u1161\u11ab", "\ud55c"),
    ("\u6771\u4eac", "\u6771\u4eac"),
    ("\ufb01sh", "\ufb01sh"),
    ("101", "101"),
    ("101.0", "101"),
    ("-101.000 ", "-101"),
    ("101.", "101."),
    ("101.5", "101.5"),
    ("101.50", "101.50"),
    ("0101", "0101"),
    ("+101.0", "+101.0"),
    ("1e2", "1e2"),
    ("v1.0", "v1.0"),
    ("\u0661.0", "\u0661.0"),
    ("", None),
    ("  ", None),
    ("\u00a0\u2003\u200b", None),
]
"""Text → the category, or the split key, that it is by rule 1; None if it is missing."""

NUMBERS: list[tuple[str, float | None]] = [
    ("12.5", 12.5),
    (" 12.5\u00a0", 12.5),
    ("+.5e-3", 0.0005),
    ("5.", 5.0),
    ("-0", -0.0),
    ("1e999", None),
    ("NaN", None),
    ("inf", None),
    ("1d", None),
    ("0x1p3", None),
    ("1_000", None),
    ("1,5", None),
    ("\u0661", None),
    ("1 2", None),
]
"""Text → the finite number that it is by rule 1; None if it is none."""

LABELS: list[tuple[str, int | None]] = [
    ("0", 0),
    (" +7\t", 7),
    ("\u00a03\u3000", 3),
    ("007", 7),
    ("2147483647", 2147483647),
    ("2147483648", None),
    ("9" * 5000, None),
    ("-1", None),
    ("1.0", None),
    ("12.50", None),
    ("yes", None),
    ("\u0663", None),
]
"""Text → the class that it is by rule 1; None if it is none."""

_MONDAY = datetime(2026, 1, 5, tzinfo=UTC)

INSTANTS: list[tuple[str, datetime | None]] = [
    ("2026-01-05", _MONDAY),
    (" 2026-01-05T00:00 ", _MONDAY),
    ("2026-01-05 00:00:00Z", _MONDAY),
    ("2026-01-05T01:30:00.000000000+01:30", _MONDAY),
    ("2026-01-04T19:00:00-0500", _MONDAY),
    ("2026-01-05T00:00:00.250", _MONDAY.replace(microsecond=250_000)),
    ("2026-02-30", None),
    ("2026-01-05T25:00", None),
    ("2026", None),
    ("05.01.2026", None),
    ("yesterday", None),
]
"""Text → the instant that it is by rule 1; None if it is none."""

OTHER_LABELS: list[tuple[str, str, str | None]] = [
    ("long", "-5", "-5"),
    ("long", " +007\u00a0", "7"),
    ("long", "101.0", "101"),
    ("long", "+101.00", "101"),
    ("long", "9223372036854775807", "9223372036854775807"),
    ("long", "9223372036854775808", None),
    ("long", "1.5", None),
    ("long", "1.", None),
    ("long", "1e2", None),
    ("long", "yes", None),
    ("boolean", "True", "true"),
    ("boolean", " FALSE ", "false"),
    ("boolean", "yes", None),
    ("boolean", "1", None),
    ("string", " yes ", "yes"),
    ("string", "I\u0302le", "\u00cele"),
    ("string", "101.0", "101"),
]
"""Type of the label, text → the label that it is; None if it is none."""
