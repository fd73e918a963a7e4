"""A decision tree that predicts classes."""

from dataclasses import dataclass

import numpy as np

from ..stage import Columns
from ..trees import Trees, most_probable, shares


@dataclass(frozen=True)
class DecisionTreeClassifier(Trees):
    """One tree, whose leaves have the rows of each class that came to them in the training."""

    def transform(self, columns: Columns) -> None:
        """Adds `probability`, shape (rows, classes), and `prediction`, the class as a float64."""
        counts = np.concatenate([leaves[:, 0] for leaves in self.leaves(columns[self.featuresCol])])
        columns["probability"] = shares(counts)
        columns["prediction"] = most_probable(counts)
