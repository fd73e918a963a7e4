"""The rows of CSV files, each by its own header, as one DataFrame of text."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from functools import reduce

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F  # noqa: N812  (Spark's own convention)

from rookery_jobs.contract import NOT_UTF8, USUAL_CSV, CsvFormat, first_ten
from rookery_jobs.errors import DataError
from rookery_jobs.spark.reading.marks import BROKEN, FILE, ROW
from rookery_jobs.spark.reading.texts import columns_problem, file_of, present_text
from rookery_jobs.spark.text.csv_lines import (
    fields_of,
    first_line,
    has_unclosed_quote,
    header_of,
    read_rows,
    unclosed_quote,
    with_points,
)
from rookery_jobs.spark.text.values import column

ROW_1 = "row 1 follows the header"
Header = tuple[str, ...]


def csv_rows(
    spark: SparkSession,
    paths: Sequence[str],
    columns: Sequence[str],
    *,
    numbers: Collection[str] = (),
    missing: Sequence[str] = (),
    written: CsvFormat = USUAL_CSV,
) -> DataFrame:
    """The columns of these files as text, with ROW, FILE and BROKEN; see `Pinned.read`.

    Columns stand in any order, and others among them are ignored. Raises DataError for a file with an
    unclosed quote, and for a header without each column once.
    """
    by_header: dict[Header, list[str]] = defaultdict(list)
    for path in paths:
        by_header[_header(spark, path, columns, written)].append(path)
    _check_quotes(spark, paths, written)
    several = len(paths) > 1
    frames = [_rows(spark, header, alike, columns, several, written) for header, alike in by_header.items()]
    rows = reduce(DataFrame.unionByName, frames)
    texts = {name: present_text(column(name), missing) for name in columns}
    for name in numbers:
        texts[name] = with_points(texts[name], written)
    return rows.select(
        *[text.alias(name) for name, text in texts.items()],
        BROKEN,
        FILE,
        F.monotonically_increasing_id().alias(ROW),
    )


def broken_row(line: str, written: CsvFormat = USUAL_CSV) -> str:
    """What is wrong with a line that is BROKEN: it has another number of fields than its header."""
    return f"has {len(fields_of(line, written))} fields, more or fewer than the header"


def _header(spark: SparkSession, path: str, columns: Sequence[str], written: CsvFormat) -> Header:
    header = header_of(first_line(spark, path, written), written)
    not_utf8 = any(NOT_UTF8 in name for name in header)
    problem = "is not UTF-8: save it as UTF-8" if not_utf8 else columns_problem(header, columns)
    if problem:
        raise DataError(f"{path} {problem}; its header has {first_ten(header) or 'nothing'}")
    return header


def _check_quotes(spark: SparkSession, paths: Sequence[str], written: CsvFormat) -> None:
    # One look at all: most files have none.
    if len(paths) > 1 and not has_unclosed_quote(spark, paths, written):
        return
    for path in paths:
        place = unclosed_quote(spark, path, written)
        if place:
            raise DataError(f"{path} has {place}")


def _rows(
    spark: SparkSession,
    header: Header,
    paths: Sequence[str],
    columns: Sequence[str],
    several: bool,
    written: CsvFormat,
) -> DataFrame:
    # Names of no interest may be there twice, which Spark refuses.
    distinct = [name if name in columns else f"__{position}" for position, name in enumerate(header)]
    rows = read_rows(spark, paths, distinct, BROKEN, written)
    return rows.select(*[column(name) for name in columns], BROKEN, file_of(several))
