"""Trees as arrays: what decision trees, forests and boosted trees have in common."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from .stage import Vector

Integers = NDArray[np.int64]

_ROWS_AT_ONCE = 4096
"""A row has a place in every tree; of more rows, the places would take much memory."""


@dataclass(frozen=True)
class Trees:
    """The nodes of all trees of a model, one after another.

    `roots` has the node that each tree begins with. Of a node that splits, `feature` is the column of the
    vector, and a row goes to `left` if its value there is at most `threshold`; if `split` is not -1, the
    value is the index of a category, and the row goes to `left` if that row of `categories` says so. A leaf
    is its own `left` and `right`, and `value` has what it says: shape (nodes, width).
    """

    arrays: ClassVar[tuple[str, ...]] = (
        "roots",
        "feature",
        "threshold",
        "left",
        "right",
        "split",
        "categories",
        "value",
    )

    featuresCol: str  # noqa: N815  (Spark's name)
    depth: int
    roots: Integers
    feature: Integers
    threshold: Vector
    left: Integers
    right: Integers
    split: Integers
    categories: NDArray[np.bool_]
    value: Vector

    def leaves(self, features: Any) -> Iterator[Vector]:
        """For some rows at a time, in order, what the leaves say to which they come: shape (rows, trees,
        width)."""
        for start in range(0, max(len(features), 1), _ROWS_AT_ONCE):
            yield self.value[self._places(np.asarray(features[start : start + _ROWS_AT_ONCE]))]

    def _places(self, features: Vector) -> Integers:
        rows = np.arange(len(features))[:, np.newaxis]
        places = np.repeat(self.roots[np.newaxis, :], len(features), axis=0)
        for _ in range(self.depth):
            values = features[rows, self.feature[places]]
            goes_left = values <= self.threshold[places]
            if self.categories.size:
                goes_left = np.where(self.split[places] < 0, goes_left, self._is_left(places, values))
            places = np.where(goes_left, self.left[places], self.right[places])
        return places

    def _is_left(self, places: Integers, values: Vector) -> NDArray[np.bool_]:
        last = self.categories.shape[1] - 1
        found: NDArray[np.bool_] = self.categories[self.split[places], np.clip(values, 0, last).astype(int)]
        return found


def shares(values: Vector) -> Vector:
    """Each row by its sum, as Spark makes probabilities of counts; a row of zeros stays one."""
    total = values.sum(axis=-1, keepdims=True)
    divided: Vector = values / np.where(total == 0, 1.0, total)
    return divided


def most_probable(values: Vector) -> Vector:
    """The class of the largest value in each row, the first of equal ones."""
    classes: Vector = np.argmax(values, axis=1).astype(np.float64)
    return classes
