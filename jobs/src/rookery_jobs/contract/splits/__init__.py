"""The kinds of split, by the name that a plan has for them."""

from rookery_jobs.contract.splits.random import RandomSplitSpec, check_split_key, check_split_sizes
from rookery_jobs.contract.splits.split import SplitSpec

SPLITS: dict[str, type[SplitSpec]] = {"random": RandomSplitSpec}

__all__ = ["SPLITS", "RandomSplitSpec", "SplitSpec", "check_split_key", "check_split_sizes"]
