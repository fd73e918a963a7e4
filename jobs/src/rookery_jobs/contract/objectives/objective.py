"""What all objectives have in common."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Metric:
    """Whether a larger value is the better one, and the values that it can have, ends included."""

    larger_is_better: bool
    low: float
    high: float

    def passes(self, value: float, threshold: float) -> bool:
        """At least the threshold, or at most where smaller is better. NaN never passes."""
        return value >= threshold if self.larger_is_better else value <= threshold


@dataclass(frozen=True)
class Objective:
    """What a model predicts: the label's Spark type, and the metrics that choose and judge by their names.

    `logged` are those that every point's MLflow run has, beside the metric of its plan.
    """

    label_type: str
    metrics: Mapping[str, Metric]
    logged: tuple[str, ...]
