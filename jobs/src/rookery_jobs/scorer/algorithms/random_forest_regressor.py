"""A forest of random trees that predict numbers."""

from dataclasses import dataclass

import numpy as np

from ..stage import Columns
from ..trees import Trees


@dataclass(frozen=True)
class RandomForestRegressor(Trees):
    """Trees whose leaves have one number each, of which the mean is the prediction."""

    def transform(self, columns: Columns) -> None:
        """Adds `prediction`, a float64."""
        every = self.leaves(columns[self.featuresCol])
        columns["prediction"] = np.concatenate([leaves[:, :, 0].mean(axis=1) for leaves in every])
