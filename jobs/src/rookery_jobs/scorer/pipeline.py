"""A fitted pipeline as a list of stages."""

from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

from .stage import Columns, InvalidRow, Stage, Vector


class Table(Protocol):
    """Columns by name: a mapping of lists or arrays, or a pandas DataFrame."""

    def __contains__(self, name: Any, /) -> bool: ...

    def __getitem__(self, name: Any, /) -> Any: ...


class Prediction(NamedTuple):
    """`prediction`: the class of each row as float64, shape (rows,). `probability`: (rows, classes)."""

    prediction: Vector
    probability: Vector


@dataclass(frozen=True)
class Scorer:
    """Applies the stages in order. `inputs` are the columns a row must have."""

    inputs: tuple[str, ...]
    stages: tuple[Stage, ...]

    def score(self, columns: Table) -> Prediction:
        """Score rows given as columns (lists, arrays or pandas Series).

        Raises InvalidRow, naming row, column and value, for what Spark's pipeline refuses.
        """
        missing = [name for name in self.inputs if name not in columns]
        if missing:
            raise InvalidRow(f"missing columns {missing}; the model needs {list(self.inputs)}")
        working: Columns = {name: columns[name] for name in self.inputs}
        for stage in self.stages:
            stage.transform(working)
        return Prediction(working["prediction"], working["probability"])
