"""Gradient-boosted trees that predict numbers."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ..stage import Columns, Vector
from ..trees import Trees


@dataclass(frozen=True)
class GBTRegressor(Trees):
    """Trees whose leaves have one number each; `treeWeights` says how much of each tree is taken."""

    arrays: ClassVar[tuple[str, ...]] = (*Trees.arrays, "treeWeights")

    treeWeights: Vector  # noqa: N815  (Spark's name)

    def transform(self, columns: Columns) -> None:
        """Adds `prediction`, a float64."""
        every = self.leaves(columns[self.featuresCol])
        columns["prediction"] = np.concatenate([leaves[:, :, 0] @ self.treeWeights for leaves in every])
