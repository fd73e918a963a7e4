"""The columns of a row as the pipeline names them, with something in the place of what is missing."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from .features import numbers
from .stage import Columns, InvalidRow, Vector, is_missing
from .text import shown


@dataclass(frozen=True)
class Given:
    """What an SQLTransformer makes of `inputCols`: `outputCols`, with `fills` for missing values (None: they
    stay missing). Those of the inputs that are `booleans` become 1 and 0."""

    inputCols: tuple[str, ...]  # noqa: N815  (Spark's name)
    outputCols: tuple[str, ...]  # noqa: N815
    fills: tuple[float | str | None, ...]
    booleans: tuple[str, ...] = ()

    @property
    def names(self) -> dict[str, str]:
        """Of each column that it reads, the one that it makes."""
        return dict(zip(self.inputCols, self.outputCols, strict=True))

    def fill_of(self, name: str) -> float | str | None:
        """What is there instead of a missing value of a column."""
        return dict(zip(self.inputCols, self.fills, strict=True)).get(name)

    def transform(self, columns: Columns) -> None:
        """Raises InvalidRow for a boolean that is neither true nor false."""
        for name, made, fill in zip(self.inputCols, self.outputCols, self.fills, strict=True):
            values = list(_numbers_of(name, columns[name])) if name in self.booleans else columns[name]
            columns[made] = values if fill is None else _filled(values, fill)


@dataclass(frozen=True)
class Imputer:
    """Numbers with that of the training, one for each column, in the place of missing ones."""

    arrays: ClassVar = ("surrogates",)

    inputCols: tuple[str, ...]  # noqa: N815
    outputCols: tuple[str, ...]  # noqa: N815
    surrogates: Vector

    def transform(self, columns: Columns) -> None:
        """Raises InvalidRow for an infinity and what is no number."""
        for name, made, surrogate in zip(self.inputCols, self.outputCols, self.surrogates, strict=True):
            columns[made] = numbers(name, _filled(columns[name], float(surrogate)))


def _numbers_of(name: str, values: Iterable[object]) -> Iterator[float | None]:
    for row, value in enumerate(values):
        if not isinstance(value, bool | np.bool_) and not is_missing(value):
            raise InvalidRow(
                f"row {row}: column {name!r} has {shown(value)}; the model needs true or false there"
            )
        yield None if is_missing(value) else float(bool(value))


def _filled(values: Any, fill: float | str) -> Any:
    if getattr(getattr(values, "dtype", None), "kind", "O") == "f":
        known = np.asarray(values, dtype=np.float64)
        return np.where(np.isnan(known), fill, known)
    return [fill if is_missing(one) else one for one in values]
