"""Which side a row is on: a hash of the row, or of its split key, and the plan's seed."""

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F  # noqa: N812

from rookery_jobs.contract import SnapshotSpec
from rookery_jobs.errors import DataError

MAX_CLASSES = 100
"""Labels are 0 to 99 at most: a model has coefficients for every class up to the largest."""

SIDE = "__side"
_BUCKETS = 1_000_000
_SHOWN = 5


def with_side(rows: DataFrame, spec: SnapshotSpec) -> DataFrame:
    """Add the column SIDE. The same row, or the same split key, is always on the same side.

    `xxhash64` gives the same numbers on every Spark from 3.5 on; test and validation take the lowest buckets,
    so that a row stays in test when only the validation size changes.
    """
    key = [spec.split.split_key] if spec.split.split_key else [*spec.features, spec.label]
    hashed = F.xxhash64(F.lit(spec.split.seed).cast("bigint"), *[F.col(f"`{name}`") for name in key])
    bucket = F.pmod(hashed, F.lit(_BUCKETS))
    test = round(spec.split.test_size * _BUCKETS)
    validation = test + round(spec.split.validation_size * _BUCKETS)
    side: Column = F.when(bucket < test, "test").when(bucket < validation, "validation").otherwise("train")
    return rows.withColumn(SIDE, side)


def class_counts(rows: DataFrame, spec: SnapshotSpec) -> dict[str, dict[str, int]]:
    """Side → class → rows, of rows with a SIDE."""
    counted = sorted(tuple(row) for row in rows.groupBy(SIDE, f"`{spec.label}`").count().collect())
    return {side: {str(one): count for found, one, count in counted if found == side} for side in spec.sides}


def check_classes(counts: dict[str, dict[str, int]], spec: SnapshotSpec) -> None:
    """Raise DataError unless every side has every class, of which there are at least two."""
    classes = sorted({int(one) for side in counts.values() for one in side})
    if spec.as_of and not classes:
        raise DataError(
            f"the source has no complete row{_seen(spec)}: take a later as_of, or a source with earlier rows"
        )
    if len(classes) < 2:
        raise DataError(
            f"label {spec.label!r} has the classes {classes} in the complete rows{_seen(spec)}; two are "
            "needed"
        )
    if classes[-1] >= MAX_CLASSES:
        raise DataError(
            f"label {spec.label!r} has the class {classes[-1]}; classes must be below {MAX_CLASSES}, since a "
            "model has coefficients for every class up to the largest"
        )
    for side, present in counts.items():
        missing = [one for one in classes if str(one) not in present]
        if missing:
            raise DataError(
                f"the split leaves no row of class {missing} on the {side} side{_seen(spec)} (rows per class "
                f"there: {present}); take a larger size for that side, another seed or more data"
                f"{', or a later as_of' if spec.as_of else ''}"
            )


def check_categories(rows: DataFrame, spec: SnapshotSpec) -> None:
    """Raise DataError for a category that is on another side but not in train: no model could score it."""
    for name in spec.categorical:
        in_train = F.max(F.when(F.col(SIDE) == "train", 1).otherwise(0))
        unseen = rows.groupBy(f"`{name}`").agg(in_train.alias("in_train")).filter("in_train = 0")
        values = sorted(row[0] for row in unseen.limit(_SHOWN).collect())
        if values:
            raise DataError(
                f"column {name!r} has categories that the split puts in validation or test but not in train"
                f"{_seen(spec)}: {values}; take another seed, leave such rare categories out, or more data"
            )


def _seen(spec: SnapshotSpec) -> str:
    return f" before as_of {spec.as_of} (by column {spec.as_of_column!r})" if spec.as_of else ""
