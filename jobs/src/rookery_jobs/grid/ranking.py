"""The best of the finished points: by the metric, then the simpler model."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from rookery_jobs.contract.objectives import check_metric, metric_of
from rookery_jobs.contract.sweep_specs import Point
from rookery_jobs.errors import GridError
from rookery_jobs.grid.algorithms import ALGORITHMS

_DIGITS = 12
"""Of a metric: a difference beyond these decimals is one of rounding."""


@dataclass(frozen=True)
class Scored:
    """A finished point: its MLflow run and the metrics logged there."""

    point: Point
    mlflow_run_id: str
    metrics: Mapping[str, float]


def ranking(scored: Iterable[Scored], metric: str) -> list[Scored]:
    """Best first: by the metric in Spark's direction, then the simpler model, then point id, then MLflow run.

    A point without the metric, or with NaN there, is left out. Raises ContractError for an unknown
    metric.
    """
    check_metric(metric)
    sign = -1 if metric_of(metric).larger_is_better else 1
    comparable = [each for each in scored if not math.isnan(each.metrics.get(metric, math.nan))]
    return sorted(
        comparable,
        key=lambda each: (
            round(sign * each.metrics[metric], _DIGITS),
            _complexity(each.point),
            each.point.point_id,
            each.mlflow_run_id,
        ),
    )


def best(scored: Iterable[Scored], metric: str) -> Scored:
    """The first of `ranking`. Raises GridError when no point finished with a value of the metric."""
    ranked = ranking(scored, metric)
    if not ranked:
        raise GridError(f"no point finished with a value of {metric}: there is nothing to choose from")
    return ranked[0]


def _complexity(point: Point) -> tuple[int, tuple[float, ...]]:
    """Smaller is simpler; a parameter that the point leaves out has Spark's default. An estimator by dotted
    path comes after those that are known."""
    if point.algorithm not in ALGORITHMS:
        return len(ALGORITHMS), ()
    known = ALGORITHMS[point.algorithm].hyperparameters
    measured = ((name, one) for name, one in known.items() if one.simpler)
    parts = tuple(-one.simpler * float(point.params.get(name, one.default)) for name, one in measured)
    return list(ALGORITHMS).index(point.algorithm), parts
