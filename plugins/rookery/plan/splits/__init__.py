"""How the rows of a source are dealt out: a module per kind of split, each named here."""

from rookery.plan.splits.random import RandomSplit
from rookery.plan.splits.split import Split
from rookery.plan.splits.time import TimeSplit

SPLITS: dict[str, type[Split]] = {"random": RandomSplit, "time": TimeSplit}
"""By the name that a plan has for them in `kind`, as in the contract."""

__all__ = ["SPLITS", "RandomSplit", "Split", "TimeSplit"]
