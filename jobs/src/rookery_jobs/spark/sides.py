"""The side of every row of a snapshot."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812

from rookery_jobs.contract import SnapshotSpec
from rookery_jobs.errors import DataError
from rookery_jobs.spark.splits import split_of

SIDE = "__side"
_SHOWN = 5


def with_side(rows: DataFrame, spec: SnapshotSpec) -> DataFrame:
    """Add the column SIDE."""
    return rows.withColumn(SIDE, split_of(spec.split).side(spec.split, [*spec.features, spec.label]))


def check_categories(rows: DataFrame, spec: SnapshotSpec) -> None:
    """Raise DataError for a category that is on another side but not in train: no model could score it."""
    for name in spec.categorical:
        in_train = F.max(F.when(F.col(SIDE) == "train", 1).otherwise(0))
        unseen = rows.groupBy(f"`{name}`").agg(in_train.alias("in_train")).filter("in_train = 0")
        values = sorted(row[0] for row in unseen.limit(_SHOWN + 1).collect())
        if values:
            shown = ", ".join(map(repr, values[:_SHOWN])) + (" and more" if len(values) > _SHOWN else "")
            raise DataError(
                f"column {name!r} has categories that the split puts in validation or test but not in train"
                f"{seen(spec)}: {shown}; leave rows of such rare categories out, or take more data"
            )


def seen(spec: SnapshotSpec) -> str:
    """Which rows the snapshot sees, as a part of a sentence; nothing if it sees all."""
    return f" before as_of {spec.as_of} (by column {spec.as_of_column!r})" if spec.as_of else ""
