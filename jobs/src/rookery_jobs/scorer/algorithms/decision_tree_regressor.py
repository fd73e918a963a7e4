"""A decision tree that predicts numbers."""

from dataclasses import dataclass

import numpy as np

from ..stage import Columns
from ..trees import Trees


@dataclass(frozen=True)
class DecisionTreeRegressor(Trees):
    """One tree, whose leaves have one number each."""

    def transform(self, columns: Columns) -> None:
        """Adds `prediction`, a float64."""
        every = self.leaves(columns[self.featuresCol])
        columns["prediction"] = np.concatenate([leaves[:, 0, 0] for leaves in every])
