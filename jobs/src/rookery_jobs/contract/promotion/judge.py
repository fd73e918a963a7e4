"""The rule by which a challenger is compared with the champion."""

import math
from dataclasses import dataclass

from rookery_jobs.contract.documents import Document
from rookery_jobs.contract.objectives import check_metric
from rookery_jobs.errors import ContractError

PROMOTE, REFUSE = "promote", "refuse"
"""What becomes of a challenger whose champion cannot be compared with it."""


@dataclass(frozen=True)
class JudgeSpec(Document):
    """`champion` is the version that the winner is compared with, by `metric` on the test rows ("": with
    none, then only what is asked of it alone counts).

    Of the difference, so turned that more is better, the interval of this `confidence` must not go below
    `min_improvement`. `min_class_recall` is what each class must have by itself.
    """

    metric: str = "accuracy"
    champion: str = ""
    min_improvement: float = 0.0
    confidence: float = 0.95
    min_class_recall: float = 0.0
    on_incomparable: str = PROMOTE

    def __post_init__(self) -> None:
        check_metric(self.metric)
        check_judge(self.min_improvement, self.confidence, self.min_class_recall, self.on_incomparable)


def check_judge(
    min_improvement: float, confidence: float, min_class_recall: float, on_incomparable: str
) -> None:
    """Raise ContractError for a rule that means nothing."""
    if not math.isfinite(min_improvement):
        raise ContractError(f"min_improvement {min_improvement} cannot be reached; it must be finite")
    if not 0 < confidence < 1:
        raise ContractError(f"confidence {confidence:g} cannot be; it must be above 0 and below 1")
    if not 0 <= min_class_recall <= 1:
        raise ContractError(f"min_class_recall {min_class_recall:g} cannot be; it must be from 0 to 1")
    if on_incomparable not in (PROMOTE, REFUSE):
        raise ContractError(
            f"on_incomparable cannot be {on_incomparable!r}; it can be {PROMOTE!r} or {REFUSE!r}"
        )


UNCOMPARED = JudgeSpec()
"""For a winner that is compared with no version."""
