"""CSV files, of which every field is read as text."""

import csv
import re
from collections.abc import Sequence

from pyspark.sql import Column, DataFrame, SparkSession
from pyspark.sql import functions as F  # noqa: N812  (Spark's own convention)
from pyspark.sql.types import StringType, StructField, StructType

from rookery_jobs.contract.sources.files import USUAL_CSV, UTF_8, CsvFormat
from rookery_jobs.contract.text import stripped
from rookery_jobs.spark.text.encodings import LINE, characters, lines, spark_encoding
from rookery_jobs.spark.text.values import column

_NUMBER = "__line"
# Spark leaves lines without such a character out.
_NOT_BLANK = r"[^\x00-\x20]"
# monotonically_increasing_id puts the partition in the bits above these, the row of the partition below.
_PARTITION_SHIFT = 33


def fields_of(line: str, written: CsvFormat = USUAL_CSV) -> list[str]:
    """The fields of one line, by RFC 4180 or as it is `written`."""
    doubled = written.escape == written.quote
    reader = csv.reader(
        [line],
        delimiter=written.delimiter,
        quotechar=written.quote,
        doublequote=doubled,
        escapechar=None if doubled else written.escape,
    )
    return next(reader, [])


def first_line(spark: SparkSession, path: str, written: CsvFormat = USUAL_CSV) -> str | None:
    """The first line of a file that is not blank, without byte order mark, or None."""
    found = lines(spark, [path], written.encoding).filter(F.col(LINE).rlike(_NOT_BLANK)).head()
    return None if found is None else str(found[0]).removeprefix("\ufeff")


def header_of(line: str | None, written: CsvFormat = USUAL_CSV) -> tuple[str, ...]:
    """The names of the columns by the first line of a file; a column without one has Spark's name for it."""
    fields = fields_of(line or "", written)
    return tuple(stripped(name) or f"_c{position}" for position, name in enumerate(fields))


def has_unclosed_quote(spark: SparkSession, paths: Sequence[str], written: CsvFormat = USUAL_CSV) -> bool:
    """Whether in one of the files a line ends within quotes; see `unclosed_quote`."""
    return not _unclosed(lines(spark, paths, written.encoding), written).isEmpty()


def unclosed_quote(spark: SparkSession, path: str, written: CsvFormat = USUAL_CSV) -> str | None:
    """Where in the file a line ends within quotes, and what to do, in words; None if no line does.

    RFC 4180 allows line breaks within quotes, but Spark reads each line as a row, so that several of its
    tasks can read one file. The rest of such a value would be a row of its own, and if the value is in the
    last column, the numbers of fields would not tell. A quote in an unquoted field (`5" pipe`) is none.
    """
    rows = lines(spark, [path], written.encoding).filter(F.col(LINE).rlike(_NOT_BLANK))
    rows = rows.withColumn(_NUMBER, F.monotonically_increasing_id())
    found = _unclosed(rows, written).orderBy(_NUMBER).select(_NUMBER).head()
    if found is None:
        return None
    row = position_of(rows, _NUMBER, found[0])
    return (
        f"an unclosed quote in {f'row {row}' if row else 'its header'} (row 1 follows the header): every row "
        "must be on one line, so write values without line breaks, and a quote within quotes doubled"
    )


def _unclosed(rows: DataFrame, written: CsvFormat) -> DataFrame:
    quote, delimiter = re.escape(written.quote), re.escape(written.delimiter)
    escaped = f"{quote}{quote}" if written.escape == written.quote else f"{re.escape(written.escape)}."
    # Without escaped quotes and whole quoted fields, a quote that begins a field has no end.
    single = F.regexp_replace(LINE, escaped, "")
    rest = F.regexp_replace(single, f"(^|{delimiter}){quote}[^{quote}]*{quote}", "$1")
    # Readers take a field with blanks before its quote as it stands, and end it with the line.
    cut = rest.rlike(f"(^|{delimiter})[ \t]+{quote}[^{quote}]*$")
    return rows.filter(rest.rlike(f"(^|{delimiter}){quote}") | cut)


def position_of(rows: DataFrame, column: str, identifier: int) -> int:
    """The place, from 0, of the row with this `monotonically_increasing_id` in the column."""
    partition = identifier >> _PARTITION_SHIFT
    before = rows.filter(F.shiftright(column, _PARTITION_SHIFT) < partition).count() if partition else 0
    return before + (identifier & ((1 << _PARTITION_SHIFT) - 1))


def read_rows(
    spark: SparkSession,
    paths: Sequence[str],
    header: Sequence[str],
    broken: str,
    written: CsvFormat = USUAL_CSV,
) -> DataFrame:
    """The fields of every row as it is `written`, and in `broken` the line of a row that has more or fewer
    fields than the header, whose names must differ. Spark takes `{}[]*?\\` in a path for a pattern."""
    schema = StructType([StructField(name, StringType()) for name in [*header, broken]])
    # Column pruning would hide rows with too many or too few fields.
    reader = spark.read.schema(schema).option("header", True).option("columnPruning", False)
    text = reader.option("mode", "PERMISSIVE").option("columnNameOfCorruptRecord", broken)
    # Spark's own choice, the backslash, is no character of its own in CSV files.
    text = text.option("escape", written.escape).option("quote", written.quote)
    text = text.option("sep", written.delimiter).option("encoding", spark_encoding(written.encoding))
    rows = text.csv(list(paths))
    if written.encoding == UTF_8:
        return rows
    return rows.select(*[characters(column(name), written.encoding).alias(name) for name in rows.columns])


def with_points(text: Column, written: CsvFormat) -> Column:
    """The text of a number, with a point before its fraction. Another point was none, and becomes none."""
    return text if written.decimal == "." else F.translate(text, f".{written.decimal}", f"{written.decimal}.")


def without_points(text: str, written: CsvFormat) -> str:
    """The text of a number that `with_points` has made, as it was."""
    swapped = str.maketrans(f".{written.decimal}", f"{written.decimal}.")
    return text if written.decimal == "." else text.translate(swapped)
