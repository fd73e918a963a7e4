"""The stages of a fitted pipeline, named as in `pyspark.ml`, with its default handleInvalid="error"."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]
Columns = dict[str, Any]
"""Column name → its values: what came in (any sequence), or a float64 array that a stage made."""


class ScorerError(Exception):
    """Root of the errors of the scorer."""


class InvalidRow(ScorerError, ValueError):
    """A row that Spark's pipeline refuses too: a missing value or a category that was not in the training."""


class Stage(Protocol):
    """One stage: reads columns and adds the columns it makes."""

    def transform(self, columns: Columns) -> None: ...


@dataclass(frozen=True)
class StringIndexer:
    """A category's index among the labels of the training, as a float64 column."""

    inputCol: str  # noqa: N815  (Spark's name)
    outputCol: str  # noqa: N815
    labels: tuple[str, ...]

    def transform(self, columns: Columns) -> None:
        """Raises InvalidRow for a missing or unseen category."""
        index = {label: float(position) for position, label in enumerate(self.labels)}
        values = columns[self.inputCol]
        columns[self.outputCol] = np.array([self._look_up(index, row, one) for row, one in enumerate(values)])

    def _look_up(self, index: dict[str, float], row: int, value: object) -> float:
        if isinstance(value, str) and value in index:
            return index[value]
        what = "is missing" if _is_missing(value) else f"has the unseen category {value!r}"
        known = ", ".join(self.labels)
        raise InvalidRow(f"row {row}: column {self.inputCol!r} {what}; the model knows {known}")


@dataclass(frozen=True)
class VectorAssembler:
    """Columns of numbers, or vectors made before, side by side: an array of (rows, sum of the widths)."""

    inputCols: tuple[str, ...]  # noqa: N815
    outputCol: str  # noqa: N815

    def transform(self, columns: Columns) -> None:
        """Raises InvalidRow for a missing value, NaN, an infinity, and what is no number."""
        columns[self.outputCol] = np.column_stack([_numbers(name, columns[name]) for name in self.inputCols])


@dataclass(frozen=True)
class MinMaxScaler:
    """Rescales each column of a vector from its range in the training to [min, max].

    A column that was constant in the training becomes (min + max) / 2, as in Spark's MinMaxScalerModel.
    """

    arrays: ClassVar = ("originalMin", "originalMax")

    inputCol: str  # noqa: N815
    outputCol: str  # noqa: N815
    min: float
    max: float
    originalMin: Vector  # noqa: N815
    originalMax: Vector  # noqa: N815

    def transform(self, columns: Columns) -> None:
        span = self.originalMax - self.originalMin
        constant = span == 0
        scale = np.where(constant, 0.0, (self.max - self.min) / np.where(constant, 1.0, span))
        scaled = (columns[self.inputCol] - self.originalMin) * scale + self.min
        columns[self.outputCol] = np.where(constant, 0.5 * (self.min + self.max), scaled)


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


STAGES: dict[str, type[Any]] = {
    stage.__name__: stage for stage in (StringIndexer, VectorAssembler, MinMaxScaler, LogisticRegression)
}


def _is_missing(value: object) -> bool:
    return value is None or (isinstance(value, float) and math.isnan(value))


def _numbers(name: str, values: Sequence[object] | Vector) -> Vector:
    if isinstance(values, np.ndarray) and values.dtype == np.float64 and np.isfinite(values).all():
        return values
    return np.array(list(_checked(name, values)))


def _checked(name: str, values: Iterable[object]) -> Iterable[float]:
    for row, value in enumerate(values):
        if _is_missing(value):
            raise InvalidRow(f"row {row}: column {name!r} is missing; the model needs a number there")
        if isinstance(value, bool | np.bool_) or not isinstance(value, int | float | np.number):
            raise InvalidRow(f"row {row}: column {name!r} has {value!r}; the model needs a number there")
        if not math.isfinite(value):
            raise InvalidRow(
                f"row {row}: column {name!r} has {value!r}; the model needs a finite number there"
            )
        yield float(value)


def _softmax(margins: Vector) -> Vector:
    shifted = np.exp(margins - margins.max(axis=1, keepdims=True))
    normalised: Vector = shifted / shifted.sum(axis=1, keepdims=True)
    return normalised


def _margin_of(probability: float) -> float:
    if probability in (0.0, 1.0):
        return math.copysign(math.inf, probability - 0.5)
    return math.log(probability / (1.0 - probability))


def _sigmoid(margin: Vector) -> Vector:
    with np.errstate(over="ignore"):
        probability: Vector = 1.0 / (1.0 + np.exp(-margin))
    return probability
