"""What the points of a sweep cannot be trained on. Of estimators by dotted path no limit is known."""

from collections.abc import Iterable

from rookery_jobs.grid.algorithms import ALGORITHMS
from rookery_jobs.grid.expansion import Candidate
from rookery_jobs.grid.trees import MAX_BINS


def max_classes(candidates: Iterable[Candidate]) -> int | None:
    """The classes that all of the points can tell apart at most; None if none of them has a limit."""
    limits = (ALGORITHMS[one.algorithm].max_classes for one in candidates if one.algorithm in ALGORITHMS)
    return min((limit for limit in limits if limit is not None), default=None)


def max_categories(candidates: Iterable[Candidate]) -> int | None:
    """The categories of an indexed column that all trees among the points take at most; None without any."""
    limits = []
    for one in (each for each in candidates if each.algorithm in ALGORITHMS):
        bins = ALGORITHMS[one.algorithm].hyperparameters.get(MAX_BINS)
        if bins is not None:
            limits.append(int(one.params.get(MAX_BINS, bins.default)))
    return min(limits, default=None)
