"""Typed columns as the text that a CSV file would have for them, so that all sources mean the same."""

from collections.abc import Sequence

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F  # noqa: N812  (Spark's own convention)
from pyspark.sql.types import (
    BooleanType,
    DataType,
    DateType,
    DecimalType,
    NumericType,
    StringType,
    TimestampNTZType,
    TimestampType,
)

from rookery_jobs.contract.lists import first_ten
from rookery_jobs.contract.text import BLANKS
from rookery_jobs.errors import DataError
from rookery_jobs.spark.reading.marks import FILE
from rookery_jobs.spark.text.values import column

# With its zone: without one it would be read in UTC, whatever zone the session has.
_INSTANT = "yyyy-MM-dd'T'HH:mm:ss.SSSSSSXXX"
_AS_THEY_ARE = (StringType, BooleanType, NumericType, DateType, TimestampNTZType)


def texts(frame: DataFrame, names: Sequence[str], source: str, missing: Sequence[str] = ()) -> list[Column]:
    """The columns as text, under their names; the texts that are `missing` are null.

    Raises DataError, naming the `source`, for a column that is not there once, or of a type that has no text.
    """
    found = [field.name for field in frame.schema.fields]
    problem = columns_problem(found, names)
    if problem:
        raise DataError(f"{source} {problem}; it has {first_ten(found)}")
    types = {field.name: field.dataType for field in frame.schema.fields}
    wrong = [f"{name!r} ({types[name].simpleString()})" for name in names if not _has_text(types[name])]
    if wrong:
        raise DataError(
            f"{source} has columns that are no value: {first_ten(wrong)}; take a field of such a column, as "
            "text, number, boolean, date or timestamp"
        )
    return [present_text(_text(name, types[name]), missing).alias(name) for name in names]


def present_text(text: Column, missing: Sequence[str]) -> Column:
    """The text, or null if it is one of those that mean no value, with or without blanks around it."""
    return F.when(~F.btrim(text, F.lit(BLANKS)).isin(*missing), text) if missing else text


def columns_problem(found: Sequence[str], wanted: Sequence[str]) -> str | None:
    """What is wrong with the names of the columns that were found, if something is."""
    absent = [name for name in wanted if name not in found]
    if absent:
        return f"has no column {first_ten(absent)}"
    twice = [name for name in wanted if found.count(name) > 1]
    return f"names column {first_ten(twice)} twice" if twice else None


def file_of(several: bool) -> Column:
    """FILE of the rows of a reader: the path of their file, if there are several."""
    if not several:
        return F.lit(None).cast("string").alias(FILE)
    # It is a URI, in which a plus is a plus.
    return F.expr("url_decode(replace(_metadata.file_path, '+', '%2B'))").alias(FILE)


def _has_text(kind: DataType) -> bool:
    return isinstance(kind, (*_AS_THEY_ARE, TimestampType))


def _text(name: str, kind: DataType) -> Column:
    if isinstance(kind, TimestampType):
        return F.date_format(column(name), _INSTANT)
    if isinstance(kind, DecimalType):
        # A cast writes small ones as 1.2E-7 up to Spark 3.5, and plainly later.
        return F.translate(F.format_number(column(name), kind.scale), ",", "")
    return column(name).cast("string")
