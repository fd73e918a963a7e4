"""Which of some classes a row is in."""

import math
import re
from collections.abc import Iterable

from rookery_jobs.contract.objectives.classification.by_label import BY_LABEL
from rookery_jobs.contract.objectives.objective import Metric, Objective
from rookery_jobs.contract.text import BLANKS, category_of

MAX_CLASSES = 100
"""Classes are 0 to 99 at most: a model has coefficients for every class up to the largest."""

LABEL_FAULTS = {
    "int": "is not a non-negative integer, as a label must be",
    "long": "is not a whole number, as a label of this type must be",
    "boolean": "is neither true nor false, as a label of this type must be",
    "string": "is not UTF-8: save the file as UTF-8",
}
"""By label type, what is wrong with text that is no label: the rest of a sentence about it."""

_WHOLE = re.compile(r"([+-]?)0*([0-9]{1,19})(\.0+)?")
_CLASS = re.compile(r"\+?[0-9]+")
_LARGEST_INT = 2**31 - 1


AREAS = ("areaUnderROC", "areaUnderPR")
"""The metrics of Spark's `BinaryClassificationEvaluator`: areas under the curves of the second class."""

LOG_LOSS = "logLoss"
"""The metric that is of the probabilities of the rows' own classes."""


def _share(*, larger_is_better: bool) -> Metric:
    return Metric(larger_is_better, 0.0, 1.0)


CLASSIFICATION = Objective(
    label_types=("int", "long", "boolean", "string"),
    metrics={
        "accuracy": _share(larger_is_better=True),
        "weightedPrecision": _share(larger_is_better=True),
        "weightedRecall": _share(larger_is_better=True),
        "f1": _share(larger_is_better=True),
        "weightedTruePositiveRate": _share(larger_is_better=True),
        "weightedFalsePositiveRate": _share(larger_is_better=False),
        "weightedFMeasure": _share(larger_is_better=True),
        "hammingLoss": _share(larger_is_better=False),
        LOG_LOSS: Metric(larger_is_better=False, low=0.0, high=math.inf),
        **{name: Metric(larger_is_better=True, low=0.0, high=1.0, max_classes=2) for name in AREAS},
    },
    logged=("accuracy", "weightedRecall", "weightedPrecision"),
    by_label=BY_LABEL,
)
"""Its metrics are those of Spark's `MulticlassClassificationEvaluator`, of all classes or of one, and for two
classes areas; with the direction that the evaluators' `isLargerBetter` gives."""


def class_of(text: str) -> int | None:
    """The class that a text is, as Spark's int, at least 0; None where it is none."""
    value = text.strip(BLANKS)
    if not _CLASS.fullmatch(value):
        return None
    # Python refuses to read numbers of thousands of digits.
    digits = value.lstrip("+0") or "0"
    return int(digits) if len(digits) <= len(str(_LARGEST_INT)) and int(digits) <= _LARGEST_INT else None


def label_of(text: str, label_type: str) -> str | None:
    """The label that a text is, by its type, in the one way that it is written; None where it is none."""
    value = text.strip(BLANKS)
    if label_type == "int":
        found = class_of(value)
        return None if found is None else str(found)
    if label_type == "boolean":
        return value.lower() if value.lower() in ("true", "false") else None
    if label_type == "string":
        return category_of(text)
    whole = _WHOLE.fullmatch(value)
    number = int(whole[1] + whole[2]) if whole else None
    return str(number) if number is not None and -(2**63) <= number < 2**63 else None


def in_order(labels: Iterable[str], label_type: str) -> list[str]:
    """The labels in the order of their values: the class of each is its place, where labels are indexed."""
    return sorted(labels, key=str if label_type in ("string", "boolean") else int)
