"""A split by chance: a hash of the row, or of its split key, and the seed."""

from collections.abc import Sequence

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F  # noqa: N812

from rookery_jobs.contract import RandomSplitSpec
from rookery_jobs.spark.text.values import column

_BUCKETS = 1_000_000


def side(rows: DataFrame, split: RandomSplitSpec, row: Sequence[str]) -> Column:  # noqa: ARG001
    """The same row, or the same split key, is always on the same side.

    `xxhash64` gives the same numbers on every Spark from 3.5 on; test and validation take the lowest buckets,
    so that a row stays in test when only the validation size changes.
    """
    key = split.columns or row
    hashed = F.xxhash64(F.lit(split.seed).cast("bigint"), *[column(name) for name in key])
    bucket = F.pmod(hashed, F.lit(_BUCKETS))
    test = round(split.test_size * _BUCKETS)
    validation = test + round(split.validation_size * _BUCKETS)
    return F.when(bucket < test, "test").when(bucket < validation, "validation").otherwise("train")
