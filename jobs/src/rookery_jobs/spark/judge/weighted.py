"""Metrics of rows with weights: what a count of labels and predictions does not give.

With equal weights they are those of Spark's evaluators (`objectives/`), but for areas of more than 1,000
different scores, for which Spark takes 1,000 groups of them.
"""

import math
from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from rookery_jobs.contract.objectives.classification import LOG_LOSS

Vector = NDArray[np.float64]

_LEAST = 1e-15
"""Spark's `eps`: no probability counts as less, nor as nearer to 1."""


def _mean(values: Vector, weights: Vector) -> float:
    return float((values * weights).sum() / weights.sum())


def mse(label: Vector, predicted: Vector, weights: Vector) -> float:
    """The mean square of the errors."""
    return _mean((predicted - label) ** 2, weights)


def rmse(label: Vector, predicted: Vector, weights: Vector) -> float:
    """Its root."""
    return math.sqrt(mse(label, predicted, weights))


def mae(label: Vector, predicted: Vector, weights: Vector) -> float:
    """The mean of the errors' sizes."""
    return _mean(np.abs(predicted - label), weights)


def r2(label: Vector, predicted: Vector, weights: Vector) -> float:
    """The share of the labels' variance that is explained; NaN for labels that are all the same."""
    total = _mean((label - _mean(label, weights)) ** 2, weights)
    return 1 - mse(label, predicted, weights) / total if total else math.nan


def var(label: Vector, predicted: Vector, weights: Vector) -> float:
    """The mean square of the predictions around the mean of the labels."""
    return _mean((predicted - _mean(label, weights)) ** 2, weights)


def area_under_roc(label: Vector, score: Vector, weights: Vector) -> float:
    """The area under the true positive rate by the false positive rate; NaN unless both classes are there."""
    hits, alarms = _curves(label, score, weights)
    if not hits[-1] or not alarms[-1]:
        return math.nan
    return _area(np.concatenate([[0.0], alarms / alarms[-1]]), np.concatenate([[0.0], hits / hits[-1]]))


def area_under_pr(label: Vector, score: Vector, weights: Vector) -> float:
    """The area under the precision by the recall, which begins with the first precision there is."""
    hits, alarms = _curves(label, score, weights)
    if not hits[-1]:
        return math.nan
    chosen = hits + alarms > 0
    precision, recall = hits[chosen] / (hits + alarms)[chosen], hits[chosen] / hits[-1]
    return _area(np.concatenate([[0.0], recall]), np.concatenate([precision[:1], precision]))


def log_loss(label: Vector, probability: Vector, weights: Vector) -> float:  # noqa: ARG001
    """The mean of how little probability the rows' own classes had: `probability` is that of each row's."""
    return _mean(-np.log(np.clip(probability, _LEAST, 1 - _LEAST)), weights)


def _curves(label: Vector, score: Vector, weights: Vector) -> tuple[Vector, Vector]:
    """The weights of both classes down to each score, the highest first; rows of one score come together."""
    order = np.argsort(-score, kind="stable")
    ends = np.append(np.flatnonzero(np.diff(score[order])), len(score) - 1)
    positive = np.cumsum((weights * label)[order])[ends]
    return positive, np.cumsum((weights * (1 - label))[order])[ends]


def _area(across: Vector, up: Vector) -> float:
    return float((np.diff(across) * (up[1:] + up[:-1]) / 2).sum())


METRICS: dict[str, Callable[[Vector, Vector, Vector], float]] = {
    "rmse": rmse,
    "mse": mse,
    "mae": mae,
    "r2": r2,
    "var": var,
    "areaUnderROC": area_under_roc,
    "areaUnderPR": area_under_pr,
    LOG_LOSS: log_loss,
}
