"""A CSV file that was put where Spark can read it, under its SHA-256."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from pyspark.sql import DataFrame, SparkSession

from rookery_jobs.contract import CsvSourceSpec
from rookery_jobs.errors import DataError
from rookery_jobs.spark.files import ClusterFiles
from rookery_jobs.spark.reading.csv_rows import ROW_1, broken_row, csv_rows

__all__ = ["ROW_1", "fault_of", "number_of", "pin"]


@dataclass(frozen=True)
class PinnedCsv:
    """A file whose name tells its content. Who put it there leaves it alone."""

    spark: SparkSession
    spec: CsvSourceSpec
    listing: None = None

    def read(self, columns: Sequence[str], numbers: Collection[str] = ()) -> DataFrame:  # noqa: ARG002
        """Spark refuses queries on the raw file that need its broken records alone: hence the cache."""
        files, path = ClusterFiles(self.spark), self.spec.path
        if not files.exists(path):
            raise DataError(f"the source {path} does not exist")
        found = files.sha256(path)
        if found != self.spec.sha256:
            raise DataError(
                f"the source {path} has sha256 {found}, not {self.spec.sha256}: it changed after its download"
            )
        return csv_rows(self.spark, [path], columns)

    def check_unchanged(self) -> None:
        """It was looked at when it was read."""


def number_of(source: CsvSourceSpec, text: str) -> str:  # noqa: ARG001
    """As it is read: the worker has written the file with points."""
    return text


def fault_of(source: CsvSourceSpec, broken: str) -> str:  # noqa: ARG001 - all are written alike
    """A line with another number of fields than the header."""
    return broken_row(broken)


def pin(spark: SparkSession, source: CsvSourceSpec) -> PinnedCsv:
    """The file; it is looked at when it is read."""
    return PinnedCsv(spark, source)
