"""The stages that make a vector of a row, as `pyspark.ml` has them."""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from .stage import Columns, InvalidRow, Vector, is_missing
from .text import first_ten, shown


@dataclass(frozen=True)
class StringIndexer:
    """A category's index among the labels of the training, as a float64 column. With `handleInvalid` "keep",
    a missing or unseen category has the next index; with "error" it is refused."""

    inputCol: str  # noqa: N815  (Spark's name)
    outputCol: str  # noqa: N815
    labels: tuple[str, ...]
    handleInvalid: str = "error"  # noqa: N815

    def transform(self, columns: Columns) -> None:
        """Raises InvalidRow for a missing or unseen category."""
        index = {label: float(position) for position, label in enumerate(self.labels)}
        values = columns[self.inputCol]
        try:
            found = np.fromiter(map(index.__getitem__, values), np.float64, len(values))
        except (KeyError, TypeError):  # a TypeError: of what cannot be a key, and so is no category
            found = np.array([self._look_up(index, row, one) for row, one in enumerate(values)])
        columns[self.outputCol] = found

    def _look_up(self, index: dict[str, float], row: int, value: object) -> float:
        if isinstance(value, str) and value in index:
            return index[value]
        if self.handleInvalid == "keep" and (isinstance(value, str) or is_missing(value)):
            return float(len(self.labels))
        what = "is missing" if is_missing(value) else f"has the unseen category {shown(value)}"
        known = first_ten(self.labels)
        raise InvalidRow(f"row {row}: column {self.inputCol!r} {what}; the model knows {known}")


@dataclass(frozen=True)
class OneHotEncoder:
    """Of an index, a vector that is 1 at its place: shape (rows, size). An index from `size` on is all 0."""

    inputCols: tuple[str, ...]  # noqa: N815
    outputCols: tuple[str, ...]  # noqa: N815
    sizes: tuple[int, ...]

    def transform(self, columns: Columns) -> None:
        for name, made, size in zip(self.inputCols, self.outputCols, self.sizes, strict=True):
            columns[made] = (columns[name][:, np.newaxis] == np.arange(size)).astype(np.float64)


@dataclass(frozen=True)
class VectorAssembler:
    """Columns of numbers, or vectors made before, side by side: an array of (rows, sum of the widths)."""

    inputCols: tuple[str, ...]  # noqa: N815
    outputCol: str  # noqa: N815

    def transform(self, columns: Columns) -> None:
        """Raises InvalidRow for a missing value, NaN, an infinity, and what is no number."""
        columns[self.outputCol] = np.column_stack([numbers(name, columns[name]) for name in self.inputCols])


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
        scaled = columns[self.inputCol] - self.originalMin
        scaled *= scale
        scaled += self.min
        scaled[:, constant] = 0.5 * (self.min + self.max)
        columns[self.outputCol] = scaled


@dataclass(frozen=True)
class StandardScaler:
    """Takes the mean of the training off each column of a vector, and divides by its standard deviation.

    A column that was constant in the training becomes 0, as in Spark's StandardScalerModel.
    """

    arrays: ClassVar = ("mean", "std")

    inputCol: str  # noqa: N815
    outputCol: str  # noqa: N815
    mean: Vector
    std: Vector

    def transform(self, columns: Columns) -> None:
        scale = np.where(self.std == 0, 0.0, 1.0 / np.where(self.std == 0, 1.0, self.std))
        scaled = columns[self.inputCol] - self.mean
        scaled *= scale
        columns[self.outputCol] = scaled


def numbers(name: str, values: Sequence[object] | Vector) -> Vector:
    """The values of a column as float64. Raises InvalidRow for a missing one, an infinity, and no number."""
    dtype = getattr(values, "dtype", None)
    if isinstance(dtype, np.dtype) and dtype.kind in "iuf":
        array: Vector = np.asarray(values, dtype=np.float64)
        if np.isfinite(array).all():
            return array
    return np.array(list(_checked(name, values)), dtype=np.float64)


def _checked(name: str, values: Iterable[object]) -> Iterable[float]:
    for row, value in enumerate(values):
        if is_missing(value):
            raise InvalidRow(f"row {row}: column {name!r} is missing; the model needs a number there")
        if isinstance(value, bool | np.bool_) or not isinstance(value, int | float | np.number):
            raise InvalidRow(f"row {row}: column {name!r} has {shown(value)}; the model needs a number there")
        if not math.isfinite(value):
            raise InvalidRow(
                f"row {row}: column {name!r} has {value!r}; the model needs a finite number there"
            )
        yield float(value)
