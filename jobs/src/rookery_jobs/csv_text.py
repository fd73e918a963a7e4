"""CSV files, of which every field is read as text, and what that text means."""

import csv
from collections.abc import Sequence

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F  # noqa: N812  (Spark's own convention)
from pyspark.sql.types import StringType, StructField, StructType

NOT_UTF8 = "\ufffd"
"""What a byte that is not UTF-8 becomes when it is read, in Java as in Spark."""

_NUMBER = r"^[+-]?([0-9]+(\\.[0-9]*)?|\\.[0-9]+)([eE][+-]?[0-9]+)?$"


def fields_of(line: str) -> list[str]:
    """The fields of one line by RFC 4180: a quote within quotes is doubled."""
    return next(csv.reader([line]), [])


def header_of(line: str | None) -> tuple[str, ...]:
    """The names of the columns by the first line of a file; a column without one has Spark's name for it."""
    return tuple(name.strip() or f"_c{position}" for position, name in enumerate(fields_of(line or "")))


def read_rows(spark: SparkSession, paths: Sequence[str], header: Sequence[str], broken: str) -> DataFrame:
    """The fields of every row by RFC 4180, and in `broken` the line of a row that has more or fewer fields
    than the header, whose names must differ. Spark takes `{}[]*?\\` in a path for a pattern."""
    schema = StructType([StructField(name, StringType()) for name in [*header, broken]])
    # Column pruning would hide rows with too many or too few fields.
    reader = spark.read.schema(schema).option("header", True).option("columnPruning", False)
    text = reader.option("mode", "PERMISSIVE").option("columnNameOfCorruptRecord", broken)
    # Spark's own choice, the backslash, is no character of its own in CSV files.
    return text.option("escape", '"').csv(list(paths))


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
