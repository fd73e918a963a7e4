"""The stages from a row's columns to the vector that an estimator takes: Spark's own, so that a saved
pipeline is loaded without code of ours."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pyspark.ml.feature import (
    Imputer,
    MinMaxScaler,
    OneHotEncoder,
    SQLTransformer,
    StandardScaler,
    StringIndexer,
    VectorAssembler,
)

from rookery_jobs.contract import MISSING_CATEGORY, SnapshotSpec
from rookery_jobs.contract.columns import (
    FEATURES,
    NORMALIZED_FEATURES,
    NUMERIC_FEATURES,
    index_column,
    is_safe,
)
from rookery_jobs.spark.text.values import quoted


@dataclass(frozen=True)
class Given:
    """A feature as it comes in: the column of a row, its name in the pipeline, what is there instead of a
    missing value (None: nothing), and whether it is true or false, which the pipeline has as 1 and 0."""

    column: str
    name: str
    fill: float | str | None
    is_boolean: bool = False

    @property
    def is_changed(self) -> bool:
        """Whether a stage has to make another column of it."""
        return self.name != self.column

    @property
    def expression(self) -> str:
        """What makes the column of the pipeline, in Spark's SQL. NaN is a missing number."""
        value = f"CAST({quoted(self.column)} AS double)" if self.is_boolean else quoted(self.column)
        if isinstance(self.fill, float):
            value = f"coalesce(nanvl({value}, NULL), CAST('{self.fill!r}' AS double))"
        elif self.fill is not None:
            value = f"coalesce({value}, '{self.fill}')"
        return f"{value} AS {quoted(self.name)}"


def given(spec: SnapshotSpec) -> tuple[Given, ...]:
    """The features in the order of the model's signature."""
    category = None if spec.treatment.drops_categorical else MISSING_CATEGORY
    fills = [*[category] * len(spec.categorical), *[spec.treatment.fill] * len(spec.numbers)]
    return tuple(
        _given(place, name, fill, is_boolean=name in spec.boolean)
        for place, (name, fill) in enumerate(zip(spec.features, fills, strict=True))
    )


def _given(place: int, name: str, fill: float | str | None, *, is_boolean: bool) -> Given:
    is_as_it_comes = is_safe(name) and fill is None and not is_boolean
    return Given(name, name if is_as_it_comes else f"__column_{place}", fill, is_boolean)


def feature_stages(spec: SnapshotSpec) -> list[Any]:
    """The unfitted stages from the snapshot's columns to the vector FEATURES."""
    columns = given(spec)
    names = [each.name for each in columns]
    categorical, numeric = names[: len(spec.categorical)], names[len(spec.categorical) :]
    category_stages, encoded = _categories(categorical, spec)
    number_stages, scaled = _numbers(numeric, spec)
    assembler = VectorAssembler(inputCols=[*encoded, *scaled], outputCol=FEATURES)
    return [*_renamed(columns), *category_stages, *number_stages, assembler]


def _renamed(columns: Sequence[Given]) -> list[Any]:
    changed = [each.expression for each in columns if each.is_changed]
    statement = " ".join(["SELECT *,", ", ".join(changed), "FROM __THIS__"])
    return [SQLTransformer(statement=statement)] if changed else []


def _categories(names: Sequence[str], spec: SnapshotSpec) -> tuple[list[Any], list[str]]:
    """The stages for categories, and the columns that they end in."""
    invalid = spec.treatment.handle_invalid
    indexes = [index_column(name) for name in names]
    stages: list[Any] = [
        StringIndexer(inputCol=name, outputCol=index, handleInvalid=invalid)
        for name, index in zip(names, indexes, strict=True)
    ]
    if not names or spec.treatment.encoding == "index":
        return stages, indexes
    encoded = [f"__encoded_{place}" for place in range(len(names))]
    return [*stages, OneHotEncoder(inputCols=indexes, outputCols=encoded)], encoded


def _numbers(names: Sequence[str], spec: SnapshotSpec) -> tuple[list[Any], list[str]]:
    """The stages for numbers, and the columns that they end in."""
    if not names:
        return [], []
    stages: list[Any] = []
    treatment = spec.treatment
    if not treatment.drops_numeric and treatment.fill is None:
        imputed = [f"__imputed_{place}" for place in range(len(names))]
        stages.append(
            Imputer(inputCols=list(names), outputCols=imputed, strategy=str(treatment.missing_numeric))
        )
        names = imputed
    stages.append(VectorAssembler(inputCols=list(names), outputCol=NUMERIC_FEATURES))
    if treatment.scaling == "none":
        return stages, [NUMERIC_FEATURES]
    scalers: dict[str, Any] = {"minmax": MinMaxScaler, "standard": StandardScaler}
    options = {"withMean": True} if treatment.scaling == "standard" else {}
    scaler = scalers[treatment.scaling](inputCol=NUMERIC_FEATURES, outputCol=NORMALIZED_FEATURES, **options)
    return [*stages, scaler], [NORMALIZED_FEATURES]
