"""The side of every row of a snapshot."""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812

from rookery_jobs.contract import MISSING_CATEGORY, SnapshotSpec, first_ten
from rookery_jobs.errors import DataError
from rookery_jobs.spark.splits import split_of
from rookery_jobs.spark.text.values import column

SIDE = "__side"
_SHOWN = 5


def with_side(rows: DataFrame, spec: SnapshotSpec) -> DataFrame:
    """Add the column SIDE."""
    return rows.withColumn(SIDE, split_of(spec.split).side(rows, spec.split, [*spec.features, spec.label]))


def check_categories(rows: DataFrame, spec: SnapshotSpec) -> None:
    """Raise DataError for a category that is on another side but not in train, if no model could score it."""
    if spec.treatment.keeps_unseen:
        return
    for name in spec.categorical:
        in_train = F.max(F.when(F.col(SIDE) == "train", 1).otherwise(0))
        unseen = rows.groupBy(column(name)).agg(in_train.alias("in_train")).filter("in_train = 0")
        values = sorted(_shown(row[0]) for row in unseen.limit(_SHOWN + 1).collect())
        if values:
            shown = ", ".join(values[:_SHOWN]) + (" and more" if len(values) > _SHOWN else "")
            raise DataError(
                f"column {name!r} has categories that the split puts in validation or test but not in train"
                f"{seen(spec)}: {shown}; leave rows of such rare categories out, take more data, or say "
                "handle_invalid='keep'"
            )


def check_limits(train: DataFrame, spec: SnapshotSpec) -> None:
    """Raise DataError for a column of which no model can be made: a number that no train row has, a category
    that all have if it is to be one-hot, and more categories than the plan's trees take.

    `train` has the features of the train rows.
    """
    _check_numbers(train, spec)
    if spec.treatment.encoding == "one-hot" and not spec.treatment.keeps_unseen:
        _check_one_hot(train, spec)
    if spec.max_categories is not None:
        _check_trees(train, spec, spec.max_categories)


def _check_numbers(train: DataFrame, spec: SnapshotSpec) -> None:
    if spec.treatment.drops_numeric or not spec.numbers:
        return
    known = train.agg(*[F.count(column(name)) for name in spec.numbers]).collect()[0]
    empty = [name for name, count in zip(spec.numbers, known, strict=True) if not count]
    if empty:
        raise DataError(
            f"column {first_ten(empty)} has no value in any train row{seen(spec)}: leave it out of the plan"
        )


def _check_one_hot(train: DataFrame, spec: SnapshotSpec) -> None:
    if not spec.categorical:
        return
    # A missing value is a category of its own, or not there.
    values = [F.coalesce(column(name), F.lit(MISSING_CATEGORY)) for name in spec.categorical]
    differ = train.agg(*[F.min(value) < F.max(value) for value in values]).collect()[0]
    alone = [name for name, several in zip(spec.categorical, differ, strict=True) if not several]
    if alone:
        raise DataError(
            f"column {first_ten(alone)} has one category alone in the train rows{seen(spec)}, of which Spark "
            "makes no one-hot vector: leave it out of the plan"
        )


def _check_trees(train: DataFrame, spec: SnapshotSpec, limit: int) -> None:
    for name in spec.categorical:
        if train.select(column(name)).distinct().limit(limit + 1).count() > limit:
            raise DataError(
                f"column {name!r} has more than {limit} categories, which is what the trees of the plan take "
                "with their maxBins: raise it, say encoding='one-hot', or leave the column out"
            )


def _shown(category: str | None) -> str:
    return "a missing value" if category is None else repr(category)


def seen(spec: SnapshotSpec) -> str:
    """Which rows the snapshot sees, as a part of a sentence; nothing if it sees all."""
    return f" before as_of {spec.as_of} (by column {spec.as_of_column!r})" if spec.as_of else ""
