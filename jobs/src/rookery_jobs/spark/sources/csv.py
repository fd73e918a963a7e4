"""A CSV file: its columns may stand in any order, and others among them are ignored."""

from collections.abc import Sequence

from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F  # noqa: N812  (Spark's own convention)

from rookery_jobs.contract import NOT_UTF8, CsvSourceSpec, first_ten
from rookery_jobs.errors import DataError
from rookery_jobs.spark.files import ClusterFiles
from rookery_jobs.spark.sources.source import BROKEN, ROW
from rookery_jobs.spark.text.csv_lines import fields_of, header_of, read_rows, unclosed_quote
from rookery_jobs.spark.text.values import column

ROW_1 = "row 1 follows the header"


def read(spark: SparkSession, source: CsvSourceSpec, columns: Sequence[str]) -> DataFrame:
    """Spark refuses queries on the raw file that need its broken records alone: hence the cache."""
    files = ClusterFiles(spark)
    _check_file(files, source)
    header = header_of(files.first_line(source.path))
    problem = _problem(header, columns)
    if problem:
        raise DataError(f"{source.path} {problem}; its header has {first_ten(header) or 'nothing'}")
    place = unclosed_quote(spark, source.path)
    if place:
        raise DataError(f"{source.path} has {place}")
    # Names of no interest may be there twice, which Spark refuses.
    distinct = [name if name in columns else f"__{position}" for position, name in enumerate(header)]
    return read_rows(spark, [source.path], distinct, BROKEN).select(
        *[column(name) for name in columns],
        column(BROKEN),
        F.monotonically_increasing_id().alias(ROW),
    )


def fault_of(broken: str) -> str:
    """A line of the file is broken if it has another number of fields than the header."""
    return f"has {len(fields_of(broken))} fields, more or fewer than the header"


def _check_file(files: ClusterFiles, source: CsvSourceSpec) -> None:
    if not files.exists(source.path):
        raise DataError(f"the source {source.path} does not exist")
    found = files.sha256(source.path)
    if found != source.sha256:
        raise DataError(
            f"the source {source.path} has sha256 {found}, not {source.sha256}: it changed after its download"
        )


def _problem(header: Sequence[str], wanted: Sequence[str]) -> str | None:
    if any(NOT_UTF8 in name for name in header):
        return "is not UTF-8: save it as UTF-8"
    missing = [name for name in wanted if name not in header]
    if missing:
        return f"has no column {first_ten(missing)}"
    twice = [name for name in wanted if header.count(name) > 1]
    return f"names column {first_ten(twice)} twice" if twice else None
