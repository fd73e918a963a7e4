"""How each kind of split is made; the kinds are those of `contract.splits`."""

from rookery_jobs.contract import RandomSplitSpec, SplitSpec, TimeSplitSpec
from rookery_jobs.spark.splits import random, time
from rookery_jobs.spark.splits.split import Split

SPLITS: dict[type[SplitSpec], Split] = {RandomSplitSpec: random, TimeSplitSpec: time}


def split_of(spec: SplitSpec) -> Split:
    """How the split of a spec is made."""
    return SPLITS[type(spec)]
