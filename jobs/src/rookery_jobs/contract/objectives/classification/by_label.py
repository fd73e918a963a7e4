"""Metrics of one class: the name of Spark's metric, and the label that the class has, as in
`recallByLabel/yes`.

MLflow has the metric under the same name, so the label may have no other characters than MLflow's names have:
https://mlflow.org/docs/latest/rest-api.html
"""

import re
from collections.abc import Iterable
from typing import NamedTuple

from rookery_jobs.contract.objectives.objective import Metric
from rookery_jobs.errors import ContractError

BY_LABEL = {
    name: Metric(larger_is_better=name != "falsePositiveRateByLabel", low=0.0, high=1.0)
    for name in (
        "truePositiveRateByLabel",
        "falsePositiveRateByLabel",
        "precisionByLabel",
        "recallByLabel",
        "fMeasureByLabel",
    )
}
"""By the names of Spark's `MulticlassClassificationEvaluator`, which takes the class as its `metricLabel`."""

_NAMED = re.compile(r"[\w.-]([\w. -]*[\w.-])?")


class OfLabel(NamedTuple):
    """A metric of BY_LABEL, and the label that it is measured for."""

    metric: str
    label: str


def of_label(name: str) -> OfLabel | None:
    """The parts of a name such as `recallByLabel/yes`; None for one that is no metric of a class.

    Raises ContractError for a metric of a class without a label, or with one that MLflow cannot have in a
    metric's name.
    """
    metric, _, label = name.partition("/")
    if metric not in BY_LABEL:
        return None
    if not label:
        raise ContractError(f"{metric} is measured for one class: name its label, as in {metric}/1")
    if not _NAMED.fullmatch(label) or set(label) == {"."}:
        raise ContractError(
            f"{name!r} cannot be a metric's name in MLflow, where the label may have letters, digits, '_', "
            "'-', '.' and blanks between them; give the label another text"
        )
    return OfLabel(metric, label)


def labels_of(names: Iterable[str]) -> tuple[str, ...]:
    """The labels that metrics are measured for, each once."""
    return tuple(dict.fromkeys(found.label for name in names if (found := of_label(name))))
