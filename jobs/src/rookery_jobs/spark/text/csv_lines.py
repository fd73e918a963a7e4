"""CSV files, of which every field is read as text."""

import csv
from collections.abc import Sequence

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql.types import StringType, StructField, StructType

NOT_UTF8 = "\ufffd"
"""What a byte that is not UTF-8 becomes when it is read, in Java as in Spark."""


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
