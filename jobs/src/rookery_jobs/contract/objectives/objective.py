"""What all objectives have in common."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Metric:
    """Whether a larger value is the better one, the values that it can have, ends included, and the classes
    that it can be measured for at most (None: no limit)."""

    larger_is_better: bool
    low: float
    high: float
    max_classes: int | None = None

    def passes(self, value: float, threshold: float) -> bool:
        """At least the threshold, or at most where smaller is better. NaN never passes."""
        return value >= threshold if self.larger_is_better else value <= threshold

    @property
    def range(self) -> str:
        """Its values in words: "0 to 1", "0 or more", "1 or less"."""
        if math.isinf(self.high):
            return f"{self.low:g} or more"
        return f"{self.high:g} or less" if math.isinf(self.low) else f"{self.low:g} to {self.high:g}"


@dataclass(frozen=True)
class Objective:
    """What a model predicts: the label's types, the usual one first, and the metrics that choose and judge by
    their names.

    A label type is Spark's name for what the label's text is read as, and for what an endpoint answers with;
    classes that are whole numbers from 0 on (`int`) are answered as doubles, as Spark's models do. `logged`
    are the metrics that every point's MLflow run has, beside the metric of its plan. `by_label` are those
    that are measured for one label: see `by_label`.
    """

    label_types: tuple[str, ...]
    metrics: Mapping[str, Metric]
    logged: tuple[str, ...]
    by_label: Mapping[str, Metric] = field(default_factory=dict)

    @property
    def label_type(self) -> str:
        """The usual one."""
        return self.label_types[0]
