"""Values that no row should have: counted in one pass over the rows."""

from collections.abc import Iterator

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F  # noqa: N812

from rookery_jobs.contract import ExpectationsSpec, Finding
from rookery_jobs.spark.text.values import column


def unexpected_values(rows: DataFrame, expected: ExpectationsSpec) -> list[Finding]:
    """One for each column with values that are not allowed. A missing value is no value."""
    conditions = dict(_conditions(expected))
    if not conditions:
        return []
    counts = rows.agg(
        *[F.count(F.when(condition, 1)) for _, condition in conditions.values()],
        *[F.min(F.when(condition, column(name))) for name, (_, condition) in conditions.items()],
    ).collect()[0]
    found = zip(conditions, counts[: len(conditions)], counts[len(conditions) :], strict=True)
    return [
        Finding(name, f"has {count} values {conditions[name][0]}, {_shown(first)} for example", True)
        for name, count, first in found
        if count
    ]


def _conditions(expected: ExpectationsSpec) -> Iterator[tuple[str, tuple[str, Column]]]:
    for name, values in expected.allowed.items():
        yield name, (f"other than {', '.join(values)}", ~column(name).isin(*values))
    for name, (low, high) in expected.ranges.items():
        value = column(name)
        below = value < low if low is not None else F.lit(False)
        above = value > high if high is not None else F.lit(False)
        limits = " or ".join(
            [
                *([f"below {low:g}"] if low is not None else []),
                *([f"above {high:g}"] if high is not None else []),
            ]
        )
        yield name, (limits, below | above)


def _shown(value: object) -> str:
    return f"{value:g}" if isinstance(value, float) else repr(value)
