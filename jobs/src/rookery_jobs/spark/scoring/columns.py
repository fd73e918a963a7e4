"""What a registered version takes: its columns by name and type, and what it cannot score."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from mlflow.models import Model
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F  # noqa: N812  (Spark's own convention)

from rookery_jobs.errors import ScoringError
from rookery_jobs.scorer import Scorer
from rookery_jobs.spark.text.values import all_composed, boolean, category, column, double, present

_WHOLE_NUMBERS = {"integer": "int", "long": "bigint"}
_TYPES = ("string", "double", "float", "boolean", *_WHOLE_NUMBERS)
"""MLflow's names of the types that the text of a file can be read as."""


@dataclass(frozen=True)
class ModelInput:
    """A column of the signature; `categories` are those that the model knows, of a categorical one that takes
    no others, and `takes_missing` says that a value may be missing.

    Of the rows of `with_values`, the column `text` has its text by the model's rule, and `typed` its value.
    """

    name: str
    type: str
    text: str
    typed: str
    categories: tuple[str, ...] = ()
    takes_missing: bool = False

    @property
    def value(self) -> Column:
        """Its value of its type; null where the text is missing or none."""
        return column(self.typed)

    @property
    def cast(self) -> Column:
        """Its text as a value of its type."""
        if self.type == "string":
            return column(self.text)
        if self.type in _WHOLE_NUMBERS:
            text, kind = f"trim(`{self.text}`)", _WHOLE_NUMBERS[self.type]
            return F.expr(f"CASE WHEN {text} RLIKE '^[+-]?[0-9]+$' THEN try_cast({text} AS {kind}) END")
        return boolean(self.text) if self.type == "boolean" else double(self.text).cast(self.type)

    @property
    def fault(self) -> Column:
        """Why the model cannot score the row, by this column; null if it can."""
        said, missing = F.lit(f"column {self.name!r} "), column(self.text).isNull()
        text = F.concat(F.lit("'"), column(self.text), F.lit("'"))
        if self.categories:
            wrong = ~missing & ~column(self.text).isin(*self.categories)
            reason = F.when(wrong, F.concat(said, F.lit("has the unseen category "), text))
        else:
            wrong = ~missing & self.value.isNull()
            reason = F.when(wrong, F.concat(said, F.lit("has "), text, F.lit(f", no {self.type}")))
        return reason if self.takes_missing else reason.when(missing, F.concat(said, F.lit("is missing")))

    @property
    def safe(self) -> Column:
        """The value if the model takes it, else one that it takes.

        Rows that it cannot score go through it with the others, and what it says of them is dropped.
        """
        if self.categories:
            is_known = self.value.isin(*self.categories)
            known = F.coalesce(is_known, F.lit(True)) if self.takes_missing else is_known
            return F.when(known, self.value).otherwise(self.categories[0])
        if self.takes_missing:
            return self.value
        stand_in = "" if self.type == "string" else 0  # which is also false
        return F.coalesce(self.value, F.lit(stand_in).cast(_WHOLE_NUMBERS.get(self.type, self.type)))


def model_inputs(model: Model, pipeline: Any, own: Scorer | None = None) -> tuple[ModelInput, ...]:
    """The columns that a model's signature takes, and its fitted Spark pipeline, or our `own` scorer of that.

    Raises ScoringError for a model without a signature of named columns, or with a type that CSV text cannot
    be.
    """
    schema = model.signature.inputs if model.signature else None
    if schema is None or not schema.has_input_names():
        raise ScoringError("the model's signature does not name its input columns: it cannot score a table")
    names = [str(each["name"]) for each in schema.to_dict()]
    categories = {name: own.categories(name) for name in names} if own else dict(_categories(pipeline))
    return tuple(
        ModelInput(
            name,
            _checked(each),
            f"__text_{position}",
            f"__value_{position}",
            categories.get(name, ()),
            own is not None and own.takes_missing(name),
        )
        for position, (name, each) in enumerate(zip(names, schema.to_dict(), strict=True))
    )


def with_values(rows: DataFrame, inputs: Sequence[ModelInput], rule: int) -> DataFrame:
    """Add the inputs' texts, by the rule of the model, and their values, null where they are missing or none.

    They are columns of their own, so that Spark does not cast a text wherever its value is used.
    """
    composed = rule == 0 or all_composed(rows, [each.name for each in inputs if each.type == "string"])
    texts = [
        category(present(each.name, rule), rule, composed=composed)
        if each.type == "string"
        else present(each.name, rule)
        for each in inputs
    ]
    named = [text.alias(each.text) for each, text in zip(inputs, texts, strict=True)]
    return rows.select("*", *named).select("*", *[each.cast.alias(each.typed) for each in inputs])


def _checked(given: dict[str, Any]) -> str:
    if given["type"] not in _TYPES:
        raise ScoringError(
            f"the model takes a column {given['name']!r} of type {given['type']}; columns of CSV files can "
            f"be {', '.join(_TYPES)}"
        )
    return str(given["type"])


def _categories(pipeline: Any) -> Iterator[tuple[str, tuple[str, ...]]]:
    for stage in pipeline.stages:
        if type(stage).__name__ == "StringIndexerModel" and stage.getHandleInvalid() == "error":
            yield stage.getInputCol(), tuple(stage.labels)
