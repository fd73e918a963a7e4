"""Which of some classes a row is in."""

import re

from rookery_jobs.contract.objectives.objective import Metric, Objective
from rookery_jobs.contract.text import BLANKS

MAX_CLASSES = 100
"""Classes are 0 to 99 at most: a model has coefficients for every class up to the largest."""

LABEL_FAULT = "is not a non-negative integer, as a label must be"
"""What is wrong with text that is no class: the rest of a sentence about it."""

_CLASS = re.compile(r"\+?[0-9]+")
_LARGEST_INT = 2**31 - 1


def _share(*, larger_is_better: bool) -> Metric:
    return Metric(larger_is_better, 0.0, 1.0)


CLASSIFICATION = Objective(
    label_type="int",
    metrics={
        "accuracy": _share(larger_is_better=True),
        "weightedPrecision": _share(larger_is_better=True),
        "weightedRecall": _share(larger_is_better=True),
        "f1": _share(larger_is_better=True),
        "weightedTruePositiveRate": _share(larger_is_better=True),
        "weightedFalsePositiveRate": _share(larger_is_better=False),
        "weightedFMeasure": _share(larger_is_better=True),
        "hammingLoss": _share(larger_is_better=False),
    },
    logged=("accuracy", "weightedRecall", "weightedPrecision"),
)
"""Its metrics are those of Spark's `MulticlassClassificationEvaluator` that follow from the confusion matrix
alone, with the direction that its `isLargerBetter` gives."""


def class_of(text: str) -> int | None:
    """The class that a text is, as Spark's int, at least 0; None where it is none."""
    value = text.strip(BLANKS)
    if not _CLASS.fullmatch(value):
        return None
    # Python refuses to read numbers of thousands of digits.
    digits = value.lstrip("+0") or "0"
    return int(digits) if len(digits) <= len(str(_LARGEST_INT)) and int(digits) <= _LARGEST_INT else None
