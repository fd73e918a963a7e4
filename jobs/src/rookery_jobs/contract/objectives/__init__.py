"""What models predict, and all metrics that a point can be chosen and judged by."""

from rookery_jobs.contract.objectives.classification import CLASSIFICATION
from rookery_jobs.contract.objectives.objective import Metric, Objective
from rookery_jobs.errors import ContractError

OBJECTIVES: dict[str, Objective] = {"classification": CLASSIFICATION}

METRICS: dict[str, Metric] = {
    name: metric for objective in OBJECTIVES.values() for name, metric in objective.metrics.items()
}
"""The metrics of all objectives; no two have one of the same name."""

__all__ = [
    "CLASSIFICATION",
    "METRICS",
    "OBJECTIVES",
    "Metric",
    "Objective",
    "check_metric",
    "objective_of",
    "unknown_metric",
]


def objective_of(metric: str) -> Objective:
    """The objective that has the metric. Raises ContractError for a metric that none has."""
    check_metric(metric)
    return next(each for each in OBJECTIVES.values() if metric in each.metrics)


def check_metric(metric: str) -> None:
    """Raise ContractError for a metric that is not in METRICS."""
    if metric not in METRICS:
        raise ContractError(unknown_metric(metric))


def unknown_metric(metric: str, hint: str = "") -> str:
    """The message on a metric that is not in METRICS; without a hint it lists those that are."""
    known = f"; known are {', '.join(METRICS)}"
    return f"unknown metric {metric!r}{hint or known}"
