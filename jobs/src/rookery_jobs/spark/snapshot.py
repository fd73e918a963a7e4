"""A complete snapshot, as `train` and `register` read it."""

from dataclasses import dataclass, field

from pyspark.sql import DataFrame, SparkSession

from rookery_jobs.contract import Manifest, SnapshotSpec, manifest_path, side_path
from rookery_jobs.errors import DataError
from rookery_jobs.spark.features.partitions import partitions
from rookery_jobs.spark.files import ClusterFiles


@dataclass(frozen=True)
class Snapshot:
    """The manifest and, lazily, the rows of each side."""

    spark: SparkSession
    path: str
    manifest: Manifest
    _sides: dict[str, DataFrame] = field(default_factory=dict, init=False, repr=False, compare=False)

    @property
    def spec(self) -> SnapshotSpec:
        return self.manifest.snapshot

    def side(self, name: str) -> DataFrame:
        """The rows of `train`, `validation` or `test`: the features and the label."""
        if name not in self._sides:  # Spark lists the files and reads the schema from one of them
            rows = self.spark.read.parquet(side_path(self.path, name))
            # What is in one partition is grouped without a shuffle, in half the time where rows are few.
            self._sides[name] = rows.coalesce(partitions(self.manifest.rows[name]))
        return self._sides[name]


def load_snapshot(spark: SparkSession, path: str, digest: str) -> Snapshot:
    """Raises DataError if the snapshot is not complete or is not the one with this digest."""
    files = ClusterFiles(spark)
    if not files.exists(manifest_path(path)):
        raise DataError(f"the snapshot {path} has no manifest: it was not prepared, or not to the end")
    manifest = Manifest.from_json(files.read_text(manifest_path(path)))
    if manifest.snapshot.digest != digest:
        raise DataError(f"the snapshot {path} is {manifest.snapshot.digest}, not {digest}")
    return Snapshot(spark, path, manifest)
