"""A split by time: counted back from the latest row."""

from collections.abc import Sequence

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F  # noqa: N812

from rookery_jobs.contract import TimeSplitSpec
from rookery_jobs.spark.text.instants import instant

_MICROSECONDS = 86_400_000_000
"""Of a day."""


def side(rows: DataFrame, split: TimeSplitSpec, row: Sequence[str]) -> Column:  # noqa: ARG001
    """The side of a row follows from its time and that of the latest one; one Spark job finds that."""
    time = F.unix_micros(instant(split.column))
    latest = rows.agg(F.max(time)).collect()[0][0] or 0
    test = latest - split.test_days * _MICROSECONDS
    validation = test - split.validation_days * _MICROSECONDS
    return F.when(time > test, "test").when(time > validation, "validation").otherwise("train")
