"""A fitted pipeline as a list of stages."""

from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol

import numpy as np

from .features import StringIndexer
from .given import Given, Imputer
from .labels import IndexToString
from .stage import Columns, InvalidRow, Stage, Vector
from .text import RULES, first_ten


class Table(Protocol):
    """Columns by name: a mapping of lists or arrays, or a pandas DataFrame."""

    def __contains__(self, name: Any, /) -> bool: ...

    def __getitem__(self, name: Any, /) -> Any: ...


class Prediction(NamedTuple):
    """Of each row: `prediction`, the class or the number as float64, shape (rows,); `probability`, of each
    class, shape (rows, classes), or (rows, 0) where there are none; and the `answer`, which is the label of
    the class if labels are indexed, else the prediction."""

    prediction: Vector
    probability: Vector
    answer: Any


@dataclass(frozen=True)
class Scorer:
    """Applies the stages in order. `inputs` are the columns a row must have; `text_rule` is what text in them
    means (see `text`); `probability_columns` are the names of the probabilities in its answers, each at its
    class, if it answers with them."""

    inputs: tuple[str, ...]
    stages: tuple[Stage, ...]
    text_rule: int = 0
    probability_columns: tuple[str, ...] = ()

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
        prediction = working["prediction"]
        probability = working.get("probability", np.empty((len(prediction), 0)))
        return Prediction(prediction, probability, working.get("predictedLabel", prediction))

    def answers(self, columns: Table) -> Columns:
        """The columns of what is answered to rows (see `score`): `prediction`, and the probabilities."""
        scored = self.score(columns)
        probabilities = zip(self.probability_columns, scored.probability.T, strict=False)
        return {"prediction": scored.answer, **dict(probabilities)}

    @property
    def answer_type(self) -> str:
        """Spark's name for the type of its answers."""
        named = (stage.labelType for stage in self.stages if isinstance(stage, IndexToString))
        return next(named, "double")

    def categories(self, name: str) -> tuple[str, ...]:
        """The categories that it takes in an input, if it refuses others."""
        indexer = self._indexer(name)
        return indexer.labels if indexer and indexer.handleInvalid == "error" else ()

    def takes_missing(self, name: str) -> bool:
        """Whether a value of an input may be missing."""
        fill = next((stage.fill_of(name) for stage in self.stages if isinstance(stage, Given)), None)
        indexer = self._indexer(name)
        if indexer:
            return indexer.handleInvalid == "keep" or fill in indexer.labels
        imputed = (stage.inputCols for stage in self.stages if isinstance(stage, Imputer))
        return fill is not None or any(self._inner(name) in names for names in imputed)

    def _indexer(self, name: str) -> StringIndexer | None:
        indexers = (stage for stage in self.stages if isinstance(stage, StringIndexer))
        return next((stage for stage in indexers if stage.inputCol == self._inner(name)), None)

    def _inner(self, name: str) -> str:
        """The name that an input has in the pipeline."""
        given = (stage.names for stage in self.stages if isinstance(stage, Given))
        return next((names[name] for names in given if name in names), name)

    def _meant(self, values: Any) -> Any:
        """The values, texts among them by the text rule."""
        if getattr(getattr(values, "dtype", None), "kind", "O") in "biuf":
            return values
        rule = RULES[self.text_rule]
        texts = values.tolist() if hasattr(values, "tolist") else values
        try:
            different = set(texts)
        except TypeError:  # what a JSON body may have in the place of a category
            return [rule(value) if isinstance(value, str) else value for value in texts]
        meant = {value: rule(value) for value in different if isinstance(value, str)}
        if all(value == text for text, value in meant.items()):
            return texts
        return [meant.get(value, value) for value in texts]
