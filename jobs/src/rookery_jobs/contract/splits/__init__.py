"""The kinds of split, by the name that a plan has for them."""

from rookery_jobs.contract.splits.random import RandomSplitSpec, check_split_key, check_split_sizes
from rookery_jobs.contract.splits.split import SplitSpec
from rookery_jobs.contract.splits.time import TimeSplitSpec, check_split_days

SPLITS: dict[str, type[SplitSpec]] = {"random": RandomSplitSpec, "time": TimeSplitSpec}

__all__ = [
    "SPLITS",
    "RandomSplitSpec",
    "SplitSpec",
    "TimeSplitSpec",
    "check_split_days",
    "check_split_key",
    "check_split_sizes",
]
