"""A fitted pipeline as a list of stages."""

from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

from .stage import Columns, InvalidRow, Stage, Vector
from .text import RULES, first_ten


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
    """Applies the stages in order. `inputs` are the columns a row must have; `text_rule` is what text in them
    means (see `text`)."""

    inputs: tuple[str, ...]
    stages: tuple[Stage, ...]
    text_rule: int = 0

    def score(self, columns: Table) -> Prediction:
        """Score rows given as columns (lists, arrays or pandas Series).

        Raises InvalidRow, naming row, column and value, for what Spark's pipeline refuses.
        """
        missing = [name for name in self.inputs if name not in columns]
        if missing:
            needed = first_ten(self.inputs)
            raise InvalidRow(f"missing columns {first_ten(missing)}; the model needs {needed}")
        working: Columns = {name: self._meant(columns[name]) for name in self.inputs}
        for stage in self.stages:
            stage.transform(working)
        return Prediction(working["prediction"], working["probability"])

    def _meant(self, values: Any) -> Any:
        """The values, texts among them by the text rule."""
        if getattr(getattr(values, "dtype", None), "kind", "O") in "biuf":
            return values
        rule = RULES[self.text_rule]
        return [rule(value) if isinstance(value, str) else value for value in values]
