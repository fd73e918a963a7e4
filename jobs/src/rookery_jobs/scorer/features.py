"""The stages that make a vector of a row, as `pyspark.ml` has them with its default handleInvalid="error"."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from .stage import Columns, InvalidRow, Vector
from .text import first_ten, shown


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
        what = "is missing" if _is_missing(value) else f"has the unseen category {shown(value)}"
        known = first_ten(self.labels)
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
            raise InvalidRow(f"row {row}: column {name!r} has {shown(value)}; the model needs a number there")
        if not math.isfinite(value):
            raise InvalidRow(
                f"row {row}: column {name!r} has {value!r}; the model needs a finite number there"
            )
        yield float(value)
