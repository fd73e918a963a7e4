"""What a registered version takes: its columns by name and type, and what it cannot score."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from mlflow.models import Model
from pyspark.sql import Column
from pyspark.sql import functions as F  # noqa: N812  (Spark's own convention)

from rookery_jobs.errors import ScoringError
from rookery_jobs.spark.text.values import column, double

_WHOLE_NUMBERS = {"integer": "int", "long": "bigint"}
_TYPES = ("string", "double", "float", *_WHOLE_NUMBERS)
"""MLflow's names of the types that CSV text can be read as."""


@dataclass(frozen=True)
class ModelInput:
    """A column of the signature; `categories` are those that the model knows, of a categorical one."""

    name: str
    type: str
    categories: tuple[str, ...] = ()

    @property
    def value(self) -> Column:
        """The column's text as a value of its type; null where it is missing or none."""
        if self.type == "string":
            return column(self.name)
        if self.type in _WHOLE_NUMBERS:
            text, kind = f"trim(`{self.name}`)", _WHOLE_NUMBERS[self.type]
            return F.expr(f"CASE WHEN {text} RLIKE '^[+-]?[0-9]+$' THEN try_cast({text} AS {kind}) END")
        return double(self.name).cast(self.type)

    @property
    def fault(self) -> Column:
        """Why the model cannot score the row, by this column; null if it can."""
        said = F.lit(f"column {self.name!r} ")
        text = F.concat(F.lit("'"), column(self.name), F.lit("'"))
        reason = F.when(column(self.name).isNull(), F.concat(said, F.lit("is missing")))
        if self.categories:
            unseen = ~column(self.name).isin(*self.categories)
            return reason.when(unseen, F.concat(said, F.lit("has the unseen category "), text))
        return reason.when(
            self.value.isNull(), F.concat(said, F.lit("has "), text, F.lit(f", no {self.type}"))
        )

    @property
    def stand_in(self) -> Column:
        """A value that the model takes, for rows that it cannot score: they go through it with the others,
        and what it says of them is dropped."""
        if self.type == "string":
            return F.lit(self.categories[0] if self.categories else "")
        return F.lit(0).cast(_WHOLE_NUMBERS.get(self.type, self.type))


def model_inputs(model: Model, pipeline: Any) -> tuple[ModelInput, ...]:
    """The columns that a model's signature and its fitted Spark pipeline take.

    Raises ScoringError for a model without a signature of named columns, or with a type that CSV text cannot
    be.
    """
    schema = model.signature.inputs if model.signature else None
    if schema is None or not schema.has_input_names():
        raise ScoringError("the model's signature does not name its input columns: it cannot score a table")
    categories = dict(_categories(pipeline))
    return tuple(
        ModelInput(str(each["name"]), _checked(each), categories.get(str(each["name"]), ()))
        for each in schema.to_dict()
    )


def _checked(given: dict[str, Any]) -> str:
    if given["type"] not in _TYPES or "`" in given["name"]:
        raise ScoringError(
            f"the model takes a column {given['name']!r} of type {given['type']}; columns of CSV files can "
            f"be {', '.join(_TYPES)}, and have no backtick in their names"
        )
    return str(given["type"])


def _categories(pipeline: Any) -> Iterator[tuple[str, tuple[str, ...]]]:
    for stage in pipeline.stages:
        if type(stage).__name__ == "StringIndexerModel" and stage.getHandleInvalid() == "error":
            yield stage.getInputCol(), tuple(stage.labels)
