"""Gradient-boosted trees that tell two classes apart."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ..stage import Columns, Vector
from ..trees import Trees


@dataclass(frozen=True)
class GBTClassifier(Trees):
    """Trees whose leaves have one number each; `treeWeights` says how much of each tree is taken."""

    arrays: ClassVar[tuple[str, ...]] = (*Trees.arrays, "treeWeights")

    treeWeights: Vector  # noqa: N815

    def transform(self, columns: Columns) -> None:
        """Adds `probability`, shape (rows, 2), and `prediction`, the class as a float64."""
        every = self.leaves(columns[self.featuresCol])
        margin = np.concatenate([leaves[:, :, 0] @ self.treeWeights for leaves in every])
        with np.errstate(over="ignore"):
            negative = 1.0 / (1.0 + np.exp(2.0 * margin))
        columns["probability"] = np.column_stack([negative, 1.0 - negative])
        columns["prediction"] = (margin > 0).astype(np.float64)
