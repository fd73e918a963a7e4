"""What a user declares: a TrainingPlan and its parts."""

from collections.abc import Iterable
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat, ValidationError, model_validator

from rookery.exceptions import PlanError
from rookery.plan_checks import problems
from rookery_jobs.grid import Candidate, expand

Names = tuple[str, ...]
Values = tuple[object, ...]


class Part(BaseModel):
    """Base of the plan's parts: immutable, no unknown fields, and errors in plain words (PlanError).

    A part on its own is only checked for its fields and their types; whether it makes sense is checked by
    the TrainingPlan it is put into, which reports all mistakes at once.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    def __init__(self, **fields: Any) -> None:
        try:
            super().__init__(**fields)
        except ValidationError as error:
            raise PlanError(_in_words(type(self).__name__, error)) from None


class CsvSource(Part):
    """A CSV file with a header line: an https or http URL, or a file of the project, `data/<name>.csv`.

    `allowed_hosts` names the hosts that may have a private address.
    """

    kind: Literal["csv"] = "csv"
    url: str
    allowed_hosts: Names = ()


class Features(Part):
    """The columns that the model takes: categorical ones as text, numeric ones as numbers."""

    categorical: Names = ()
    numeric: Names = ()


class RandomSplit(Part):
    """Each row goes to one side by a hash of itself (or of its `split_key` column) and the seed.

    The sizes are shares of the rows, the rest is trained on. A `validation_size` of 0 gives a two-way split,
    in which the test rows also choose the best point.
    """

    kind: Literal["random"] = "random"
    validation_size: FiniteFloat = 0.15
    test_size: FiniteFloat = 0.15
    seed: int
    split_key: str | None = None


class Sweep(Part):
    """All combinations of some values of an algorithm's parameters, by Spark's names."""

    algorithm: str
    grid: dict[str, Values]


class Gate(Part):
    """A metric's threshold on the test rows: a model that misses it is not registered."""

    metric: str
    threshold: FiniteFloat


class Registry(Part):
    """Where versions are registered: `catalog.schema.model` in Unity Catalog, one part in the workspace."""

    registered_model_name: str


class Endpoint(Part):
    """The serving endpoint, and the request (`dataframe_records`) that it must answer once it is ready;
    without one, the snapshot's example row is asked."""

    name: str
    workload_size: str = "Small"
    scale_to_zero_enabled: bool = True
    dataframe_records: tuple[dict[str, int | float | str], ...] | None = None


class Compute(Part):
    """The cluster: single node, single user, no Photon. Without `spark_version`, the newest machine-learning
    runtime is chosen (`spark_versions.choose_spark_version`)."""

    node_type_id: str = "Standard_DS3_v2"
    autotermination_minutes: int = 20
    spark_version: str | None = None


class TrainingPlan(Part):
    """From a source to a served model: what to train on, which grid, how to choose, where to put the result.

    `metric` chooses among the points (its direction is Spark's), `gates` judge the winner on the test rows.
    `data_root` is a folder on DBFS (`dbfs:/…`) or in a Volume (`/Volumes/catalog/schema/volume/…`). `deploy`
    and `keep_endpoint` say whether the winner is served, and whether it still is when the run has ended.

    Raises PlanError with every mistake and its place.
    """

    source: CsvSource
    features: Features
    label: str
    split: RandomSplit
    sweep: Annotated[tuple[Sweep, ...], Field(min_length=1)]
    metric: str = "accuracy"
    gates: tuple[Gate, ...] = ()
    registry: Registry
    endpoint: Endpoint
    compute: Compute = Compute()
    data_root: str = "dbfs:/rookery"
    deploy: bool = True
    keep_endpoint: bool = True

    @model_validator(mode="after")
    def _check(self) -> "TrainingPlan":
        found = problems(self)
        if found:
            raise PlanError(_listed("TrainingPlan", found))
        return self

    def candidates(self) -> tuple[Candidate, ...]:
        """The points to train, with parameters converted by their Spark types."""
        return expand((sweep.algorithm, sweep.grid) for sweep in self.sweep)


def _in_words(model: str, error: ValidationError) -> str:
    return _listed(model, (f"{_place(item['loc'])}{item['msg']}" for item in error.errors()))


def _place(location: Iterable[str | int]) -> str:
    text = ""
    for step in location:
        text += f"[{step}]" if isinstance(step, int) else f".{step}"
    return f"{text.lstrip('.')}: " if text else ""


def _listed(model: str, found: Iterable[str]) -> str:
    lines = list(found)
    count = "a mistake" if len(lines) == 1 else f"{len(lines)} mistakes"
    return "\n".join([f"{model} has {count}:", *(f"  - {line}" for line in lines)])
