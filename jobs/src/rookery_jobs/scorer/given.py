"""The columns of a row as the pipeline names them, with something in the place of what is missing."""

from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from .features import numbers
from .stage import Columns, Vector, is_missing


@dataclass(frozen=True)
class Given:
    """What an SQLTransformer makes of `inputCols`: `outputCols`, with `fills` for missing values (None: they
    stay missing)."""

    inputCols: tuple[str, ...]  # noqa: N815  (Spark's name)
    outputCols: tuple[str, ...]  # noqa: N815
    fills: tuple[float | str | None, ...]

    @property
    def names(self) -> dict[str, str]:
        """Of each column that it reads, the one that it makes."""
        return dict(zip(self.inputCols, self.outputCols, strict=True))

    def fill_of(self, name: str) -> float | str | None:
        """What is there instead of a missing value of a column."""
        return dict(zip(self.inputCols, self.fills, strict=True)).get(name)

    def transform(self, columns: Columns) -> None:
        for name, made, fill in zip(self.inputCols, self.outputCols, self.fills, strict=True):
            values = columns[name]
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


def _filled(values: Any, fill: float | str) -> Any:
    if getattr(getattr(values, "dtype", None), "kind", "O") == "f":
        known = np.asarray(values, dtype=np.float64)
        return np.where(np.isnan(known), fill, known)
    return [fill if is_missing(one) else one for one in values]
