"""A forest of random trees that vote on classes."""

from dataclasses import dataclass

import numpy as np

from ..stage import Columns
from ..trees import Trees, most_probable, shares


@dataclass(frozen=True)
class RandomForestClassifier(Trees):
    """Trees whose leaves have the rows of each class; every tree has one vote, which it may divide."""

    def transform(self, columns: Columns) -> None:
        """Adds `probability`, shape (rows, classes), and `prediction`, the class as a float64."""
        every = self.leaves(columns[self.featuresCol])
        votes = np.concatenate([shares(leaves).sum(axis=1) for leaves in every])
        columns["probability"] = shares(votes)
        columns["prediction"] = most_probable(votes)
