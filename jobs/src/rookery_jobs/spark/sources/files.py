"""Files that are read where they are, Parquet or CSV."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from py4j.protocol import Py4JJavaError  # type: ignore[import-untyped]
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as F  # noqa: N812  (Spark's own convention)

from rookery_jobs.contract import FilesSourceSpec
from rookery_jobs.contract.sources.files import CSV
from rookery_jobs.errors import DataError
from rookery_jobs.spark.files import ClusterFiles
from rookery_jobs.spark.reading.csv_rows import broken_row, csv_rows
from rookery_jobs.spark.reading.listing import (
    FoundFile,
    below,
    content_hashes,
    find_files,
    listing,
    sha256_of,
)
from rookery_jobs.spark.reading.marks import BROKEN, ROW
from rookery_jobs.spark.reading.texts import file_of, texts
from rookery_jobs.spark.reading.unreadable import readable
from rookery_jobs.spark.text.csv_lines import without_points

ROW_1 = "row 1 is the first of its file, below the header of a CSV file"


@dataclass(frozen=True)
class PinnedFiles:
    """Files with the hashes of their content. Just these are read, whatever comes to the folder."""

    spark: SparkSession
    spec: FilesSourceSpec
    found: tuple[FoundFile, ...]
    listing: str

    def read(self, columns: Sequence[str], numbers: Collection[str] = ()) -> DataFrame:
        paths = [each.path for each in self.found]
        if self.spec.format == CSV:
            missing, written = self.spec.missing, self.spec.csv
            return csv_rows(self.spark, paths, columns, numbers=numbers, missing=missing, written=written)
        return self._parquet(paths, columns)

    def check_unchanged(self) -> None:
        path = self.spec.path
        if find_files(self.spark, [path], path) != self.found:
            raise DataError(f"the source {path} was changed while it was read: run again when it is complete")

    def _parquet(self, paths: Sequence[str], columns: Sequence[str]) -> DataFrame:
        reader = self.spark.read
        if below(paths[0], self.spec.path):
            # Where the folder begins, so that folders such as `day=2026-01-05` are a column.
            reader = reader.option("basePath", self.spec.path)
        with readable(self.spec.path):
            # Else a column that only some files have is there or not by the one that Spark asks.
            rows = reader.option("mergeSchema", True).parquet(*paths)
        return rows.select(
            *texts(rows, columns, self.spec.path, self.spec.missing),
            F.lit(None).cast("string").alias(BROKEN),
            file_of(len(paths) > 1),
            F.monotonically_increasing_id().alias(ROW),
        )


def number_of(source: FilesSourceSpec, text: str) -> str:
    """With the comma before a fraction that the files have."""
    return without_points(text, source.csv)


def fault_of(source: FilesSourceSpec, broken: str) -> str:
    """A line of a CSV file with another number of fields than its header."""
    return broken_row(broken, source.csv)


def pin(spark: SparkSession, source: FilesSourceSpec) -> PinnedFiles:
    """List the files and hash their content. Raises DataError if there are none, and for a Delta table."""
    path = source.path
    if _has_delta_log(spark, path):
        raise DataError(
            f"the source {path} is a Delta table, whose files hold deleted rows too: register it as a table, "
            "and name that as TableSource(name=…)"
        )
    found = find_files(spark, [path], path)
    listed = listing(path, found, content_hashes(spark, found))
    size = sum(each.size for each in found)
    pinned = replace(source, files=len(found), size=size, sha256=sha256_of(listed))
    return PinnedFiles(spark, pinned, found, listed)


def _has_delta_log(spark: SparkSession, path: str) -> bool:
    try:
        return ClusterFiles(spark).exists(f"{path}/_delta_log")
    except Py4JJavaError:
        # Where Spark alone may read, it refuses such a folder itself; where it may not, it says why.
        return False
