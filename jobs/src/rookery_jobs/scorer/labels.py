"""From the class that a model predicts to the label that it stands for."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from .stage import Columns

_TYPES: dict[str, Any] = {"string": object, "long": np.int64, "boolean": np.bool_}


@dataclass(frozen=True)
class IndexToString:
    """The label at the place of a class, as the value that it is: a text, a whole number, or a boolean."""

    inputCol: str  # noqa: N815  (Spark's name)
    outputCol: str  # noqa: N815
    labels: tuple[str, ...]
    labelType: str  # noqa: N815

    def transform(self, columns: Columns) -> None:
        """Adds an array of the labels, of the type that they have."""
        values: Any = np.array([self._value(label) for label in self.labels], dtype=_TYPES[self.labelType])
        columns[self.outputCol] = values[columns[self.inputCol].astype(np.int64)]

    def _value(self, label: str) -> object:
        if self.labelType == "boolean":
            return label == "true"
        return int(label) if self.labelType == "long" else label
