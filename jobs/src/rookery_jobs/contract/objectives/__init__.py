"""What models predict, and all metrics that a point can be chosen and judged by."""

from rookery_jobs.contract.objectives.classification import CLASSIFICATION
from rookery_jobs.contract.objectives.classification.by_label import labels_of, of_label
from rookery_jobs.contract.objectives.objective import Metric, Objective
from rookery_jobs.contract.objectives.regression import REGRESSION
from rookery_jobs.errors import ContractError

OBJECTIVES: dict[str, Objective] = {"classification": CLASSIFICATION, "regression": REGRESSION}

METRICS: dict[str, Metric] = {
    name: metric for objective in OBJECTIVES.values() for name, metric in objective.metrics.items()
}
"""The metrics of all objectives, but those of one label; no two have one of the same name."""

__all__ = [
    "CLASSIFICATION",
    "METRICS",
    "OBJECTIVES",
    "REGRESSION",
    "Metric",
    "Objective",
    "check_label_type",
    "check_metric",
    "labels_of",
    "metric_of",
    "objective_of",
    "objective_of_label",
    "of_label",
    "unknown_metric",
]


def objective_of(metric: str) -> Objective:
    """The objective that has the metric. Raises ContractError for a metric that none has."""
    found = of_label(metric)
    if found:
        return next(each for each in OBJECTIVES.values() if found.metric in each.by_label)
    check_metric(metric)
    return next(each for each in OBJECTIVES.values() if metric in each.metrics)


def metric_of(name: str) -> Metric:
    """The metric of a name, of all labels or of one. Raises ContractError for a name that none has."""
    found = of_label(name)
    if found:
        return objective_of(name).by_label[found.metric]
    if name not in METRICS:
        raise ContractError(unknown_metric(name))
    return METRICS[name]


def check_metric(name: str) -> None:
    """Raise ContractError for a name that no metric has."""
    metric_of(name)


def check_label_type(label_type: str) -> None:
    """Raise ContractError for a type that no objective has for its label."""
    known = [one for objective in OBJECTIVES.values() for one in objective.label_types]
    if label_type not in known:
        raise ContractError(f"label_type cannot be {label_type!r}; it can be {', '.join(known)}")


def objective_of_label(label_type: str) -> str:
    """The name of the objective whose label has this type. Raises ContractError if none has."""
    check_label_type(label_type)
    return next(name for name, one in OBJECTIVES.items() if label_type in one.label_types)


def unknown_metric(metric: str, hint: str = "") -> str:
    """The message on a metric that is not in METRICS; without a hint it lists those that are."""
    known = f"; known are {', '.join(METRICS)}"
    return f"unknown metric {metric!r}{hint or known}"
