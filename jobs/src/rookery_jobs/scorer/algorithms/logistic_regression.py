"""Logistic regression, binomial or multinomial."""

import math
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ..stage import Columns, Vector


@dataclass(frozen=True)
class LogisticRegression:
    """Binomial (one row of coefficients) or multinomial (one row per class) logistic regression.

    coefficientMatrix has shape (1 or classes, features), interceptVector (1 or classes,). `threshold` is used
    by the binomial model only, as in Spark's LogisticRegressionModel without `thresholds`.
    """

    arrays: ClassVar = ("coefficientMatrix", "interceptVector")

    featuresCol: str  # noqa: N815
    threshold: float
    coefficientMatrix: Vector  # noqa: N815
    interceptVector: Vector  # noqa: N815

    def transform(self, columns: Columns) -> None:
        """Adds `probability`, shape (rows, classes), and `prediction`, the class as a float64."""
        margins = columns[self.featuresCol] @ self.coefficientMatrix.T + self.interceptVector
        if len(self.interceptVector) > 1:
            columns["probability"] = _softmax(margins)
            columns["prediction"] = np.argmax(margins, axis=1).astype(np.float64)
            return
        positive = _sigmoid(margins[:, 0])
        # Spark compares margins, of which many have one and the same probability.
        columns["probability"] = np.column_stack([1.0 - positive, positive])
        columns["prediction"] = (margins[:, 0] > _margin_of(self.threshold)).astype(np.float64)


def _softmax(margins: Vector) -> Vector:
    # Class by class, and in place: NumPy is slow at the maximum of a short row, and at new memory.
    odds: Vector = margins.T.copy()
    odds -= odds.max(axis=0)
    np.exp(odds, out=odds)
    odds /= odds.sum(axis=0)
    return odds.T


def _margin_of(probability: float) -> float:
    if probability in (0.0, 1.0):
        return math.copysign(math.inf, probability - 0.5)
    return math.log(probability / (1.0 - probability))


def _sigmoid(margin: Vector) -> Vector:
    with np.errstate(over="ignore"):
        probability: Vector = 1.0 / (1.0 + np.exp(-margin))
    return probability
