"""How far the values of each column have drifted: the population stability index.

The rows of both snapshots are counted in buckets: a number's tenth among the champion's numbers, one of 1,000
hashes of a category, and a missing value; no value leaves the cluster. With the shares p and q of the
buckets, the index is the sum of (p - q) · ln(p / q). A bucket that is empty on one side counts half a row
there.
"""

import math
from collections import Counter
from collections.abc import Mapping

from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F  # noqa: N812

from rookery_jobs.contract import SnapshotSpec
from rookery_jobs.spark.text.values import column, quoted

_TENTHS = [tenth / 10 for tenth in range(1, 10)]
_QUANTILE_ERROR = 0.001
_HASHES = 1000

Edges = Mapping[str, list[float]]


def drift_of(now: DataFrame, before: DataFrame, spec: SnapshotSpec) -> dict[str, float]:
    """The index of each feature, and of the label, that both have; the largest first."""
    known_types = dict(before.dtypes)
    both = [name for name, kind in now.dtypes if known_types.get(name) == kind]
    names = [name for name in (*spec.features, spec.label_column) if name in both]
    numbers = [name for name in names if known_types[name] == "double"]
    quantiles = before.approxQuantile([*map(quoted, numbers)], _TENTHS, _QUANTILE_ERROR) if numbers else []
    edges = {name: sorted(set(each)) for name, each in zip(numbers, quantiles, strict=True)}
    counted, known = (_counts(rows, names, edges) for rows in (now, before))
    found = {name: stability_index(counted[name], known[name]) for name in names}
    named = {spec.label if name == spec.label_column else name: value for name, value in found.items()}
    return dict(sorted(named.items(), key=lambda each: -each[1]))


def stability_index(now: Mapping[str, int], before: Mapping[str, int]) -> float:
    """The population stability index of two counts by bucket; 0 where one is empty."""
    total, known = sum(now.values()), sum(before.values())
    if not total or not known:
        return 0.0
    shares = (
        (max(now.get(bucket, 0), 0.5) / total, max(before.get(bucket, 0), 0.5) / known)
        for bucket in {*now, *before}
    )
    return math.fsum((p - q) * math.log(p / q) for p, q in shares)


def _counts(rows: DataFrame, names: list[str], edges: Edges) -> dict[str, Counter[str]]:
    """One pass over the rows, of all columns at once."""
    buckets = [
        F.struct(F.lit(place).alias("place"), _bucket(name, edges).alias("bucket"))
        for place, name in enumerate(names)
    ]
    long = rows.select(F.explode(F.array(*buckets)).alias("each"))
    counts: dict[str, Counter[str]] = {name: Counter() for name in names}
    for place, bucket, count in long.groupBy("each.place", "each.bucket").count().collect():
        counts[names[place]][bucket] = count
    return counts


def _bucket(name: str, edges: Edges) -> Column:
    value = column(name)
    if name not in edges:
        hashed = F.pmod(F.xxhash64(value.cast("string")), F.lit(_HASHES)).cast("string")
        return F.coalesce(F.when(value.isNotNull(), hashed), F.lit("missing"))
    above = F.lit(0)
    for edge in edges[name]:
        above = above + F.when(value > edge, 1).otherwise(0)
    return F.when(value.isNull(), "missing").otherwise(above.cast("string"))
