"""What a user declares: a TrainingPlan and its parts."""

from typing import Annotated, Literal

from pydantic import FiniteFloat

from rookery import plan_checks as check
from rookery.parts import Part, Plan, checked
from rookery_jobs.grid import Candidate, expand

Names = tuple[str, ...]
Values = tuple[object, ...]


class CsvSource(Part):
    """A CSV file with a header line: an https or http URL, or a file of the project, `data/<name>.csv`.

    `allowed_hosts` names the hosts that may have a private address.
    """

    kind: Literal["csv"] = "csv"
    url: Annotated[str, checked(check.source_url)]
    allowed_hosts: Annotated[Names, checked(check.host_names)] = ()


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
    test_size: Annotated[FiniteFloat, checked(check.split_sizes, "validation_size")] = 0.15
    seed: int
    split_key: Annotated[str | None, checked(check.split_key)] = None


class Sweep(Part):
    """All combinations of some values of an algorithm's parameters, by Spark's names."""

    algorithm: Annotated[str, checked(check.algorithm)]
    grid: Annotated[dict[str, Values], checked(check.grid, "algorithm")]


class Gate(Part):
    """A metric's threshold on the test rows: a model that misses it is not registered."""

    metric: Annotated[str, checked(check.metric)]
    threshold: FiniteFloat


class Registry(Part):
    """Where versions are registered: `catalog.schema.model` in Unity Catalog, one part in the workspace."""

    registered_model_name: Annotated[str, checked(check.model_name)]


class Endpoint(Part):
    """The serving endpoint, and the request (`dataframe_records`) that it must answer once it is ready;
    without one, the snapshot's example row is asked."""

    name: Annotated[str, checked(check.endpoint_name)]
    workload_size: Annotated[str, checked(check.workload_size)] = "Small"
    scale_to_zero_enabled: bool = True
    dataframe_records: tuple[dict[str, int | float | str], ...] | None = None


class Compute(Part):
    """The cluster: single node, single user, no Photon. Without `spark_version`, the newest machine-learning
    runtime is chosen (`spark_versions.choose_spark_version`)."""

    node_type_id: Annotated[str, checked(check.databricks_id)] = "Standard_DS3_v2"
    autotermination_minutes: Annotated[int, checked(check.autotermination_minutes)] = 20
    spark_version: Annotated[str | None, checked(check.databricks_id)] = None


class TrainingPlan(Plan):
    """From a source to a served model: what to train on, which grid, how to choose, where to put the result.

    `metric` chooses among the points (its direction is Spark's), `gates` judge the winner on the test rows.
    `data_root` is a folder on DBFS (`dbfs:/…`) or in a Volume (`/Volumes/catalog/schema/volume/…`). With an
    `as_of_column` (dates or ISO 8601 timestamps, in UTC where they name no zone), a run with a data interval
    sees only the rows before the interval's end, and a run without one all rows. `deploy`
    and `keep_endpoint` say whether the winner is served, and whether it still is when the run has ended.

    Raises PlanError with every mistake and its place.
    """

    source: CsvSource
    features: Annotated[Features, checked(check.features)]
    label: Annotated[str, checked(check.label, "features")]
    split: RandomSplit
    sweep: Annotated[tuple[Sweep, ...], checked(check.sweeps)]
    metric: Annotated[str, checked(check.metric)] = "accuracy"
    gates: tuple[Gate, ...] = ()
    registry: Registry
    endpoint: Annotated[Endpoint, checked(check.requests, "features")]
    compute: Compute = Compute()
    data_root: Annotated[str, checked(check.data_root)] = "dbfs:/rookery"
    as_of_column: Annotated[str | None, checked(check.as_of_column, "features", "label")] = None
    deploy: bool = True
    keep_endpoint: bool = True

    def candidates(self) -> tuple[Candidate, ...]:
        """The points to train, with parameters converted by their Spark types."""
        return expand((sweep.algorithm, sweep.grid) for sweep in self.sweep)
