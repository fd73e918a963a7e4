"""Rows in partitions that are the same on every cluster.

Spark draws the rows of a random tree, and of the candidates for its splits, by partition. How it cuts files
into partitions follows from the cores of the cluster: on another one, the same seed would give other trees.
"""

from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812

from rookery_jobs.spark.text.values import column

_ROWS = 50_000
"""Of one partition, about: enough to keep a core busy, and few enough to spread a larger table."""

_HASH = "__hash"


def partitions(count: int) -> int:
    """How many partitions `count` rows are dealt out to."""
    return 1 + count // _ROWS


def partitioned(rows: DataFrame, count: int) -> DataFrame:
    """The rows, of which there are `count`, dealt out and ordered by what they hold alone."""
    content = F.xxhash64(*[column(name) for name in rows.columns])
    dealt = rows.withColumn(_HASH, content).repartition(partitions(count), _HASH)
    return dealt.sortWithinPartitions(_HASH).drop(_HASH)
