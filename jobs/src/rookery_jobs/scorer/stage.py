"""What all stages of a scorer have in common."""

import math
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

Vector = NDArray[np.float64]
Columns = dict[str, Any]
"""Column name → its values: what came in (any sequence), or a float64 array that a stage made."""


class ScorerError(Exception):
    """Root of the errors of the scorer."""


class InvalidRow(ScorerError, ValueError):
    """A row that Spark's pipeline refuses too: a missing value or a category that was not in the training."""


def is_missing(value: object) -> bool:
    """None and NaN are: pandas has the one for the other."""
    return value is None or (isinstance(value, float) and math.isnan(value))


class Stage(Protocol):
    """One stage: reads columns and adds the columns it makes."""

    def transform(self, columns: Columns) -> None: ...
