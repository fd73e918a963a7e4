"""What a user declares: a TrainingPlan and its parts."""

from typing import Annotated, Literal

from pydantic import FiniteFloat

from rookery.plan import checks as check
from rookery.plan.parts import Part, Plan, checked
from rookery_jobs.grid import Candidate, expand

Names = tuple[str, ...]
Values = tuple[object, ...]


class CsvSource(Part):
    """A CSV file with a header line, from the web or the project: in UTF-8, a quote within quotes doubled,
    every row on one line."""

    kind: Literal["csv"] = "csv"
    url: Annotated[str, checked(check.source_url)]
    """`https://…` or `http://…`, without a password, signature or token, and not through a proxy; or
    `data/<name>.csv` of the project."""
    allowed_hosts: Annotated[Names, checked(check.host_names)] = ()
    """Hosts that may have a private address, by name, without scheme and port."""


class Features(Part):
    """The columns that the model takes: categorical ones as text, numeric ones as numbers."""

    categorical: Names = ()
    """Columns whose values are categories."""
    numeric: Names = ()
    """Columns whose values are numbers."""


class RandomSplit(Part):
    """Each row goes to one side by a hash of itself (or of its `split_key` column) and the seed.

    The same row is on the same side in every run. The sizes are shares of the rows; the rest is trained on.
    """

    kind: Literal["random"] = "random"
    validation_size: FiniteFloat = 0.15
    """Share of the rows that choose the best point. With 0, the test rows choose it too."""
    test_size: Annotated[FiniteFloat, checked(check.split_sizes, "validation_size")] = 0.15
    """Share of the rows that the winner is judged on."""
    seed: Annotated[int, checked(check.seed)]
    """Keep it: with another one, rows that a model was trained on judge the next."""
    split_key: str | None = None
    """A column whose equal values stay on one side, such as a customer."""


class Sweep(Part):
    """All combinations of some values of an algorithm's parameters, by Spark's names."""

    algorithm: Annotated[str, checked(check.algorithm)]
    """A class of `pyspark.ml.classification`."""
    grid: Annotated[dict[str, Values], checked(check.grid, "algorithm")]
    """Parameter, by Spark's name, and its values."""


class Gate(Part):
    """A metric's threshold on the test rows: a model that misses it is not registered."""

    metric: Annotated[str, checked(check.metric)]
    """By Spark's name."""
    threshold: Annotated[FiniteFloat, checked(check.threshold)]
    """From 0 to 1; for a metric that is better when smaller, the most that is allowed."""


class Registry(Part):
    """Where versions are registered."""

    registered_model_name: Annotated[str, checked(check.model_name)]
    """`catalog.schema.model` in Unity Catalog; a name without dots in the workspace registry."""


class Endpoint(Part):
    """The serving endpoint, and what it is asked once it is ready."""

    name: Annotated[str, checked(check.endpoint_name)]
    """At most 63 letters, digits, `-` and `_`."""
    workload_size: Annotated[str, checked(check.workload_size)] = "Small"
    """`Small`, `Medium` or `Large`."""
    scale_to_zero_enabled: bool = True
    """Whether an idle endpoint costs nothing, and its next request waits."""
    dataframe_records: tuple[dict[str, int | float | str], ...] | None = None
    """The request that it must answer. Without one, the snapshot's example row is asked."""


class Compute(Part):
    """The cluster: single node, single user, no Photon."""

    node_type_id: Annotated[str, checked(check.databricks_id)] = "Standard_DS3_v2"
    """As the workspace's cloud calls it."""
    autotermination_minutes: Annotated[int, checked(check.autotermination_minutes)] = 20
    """Idle minutes, 10 to 10000, after which a cluster ends that nobody has terminated."""
    spark_version: Annotated[str | None, checked(check.databricks_id)] = None
    """The Databricks runtime's key: one for machine learning on CPUs, without Photon, with Spark above 3.4.
    Without one, the newest of these that is not beta."""


class TrainingPlan(Plan):
    """From a source to a served model: what to train on, which grid, how to choose, where to put the result.

    Raises PlanError with every mistake and its place.
    """

    source: CsvSource
    """The data."""
    features: Annotated[Features, checked(check.features)]
    """The columns that the model takes."""
    label: Annotated[str, checked(check.label, "features")]
    """The column that the model predicts: classes 0, 1, 2, …"""
    split: Annotated[RandomSplit, checked(check.split, "label")]
    """Which rows train, choose and judge."""
    sweep: Annotated[tuple[Sweep, ...], checked(check.sweeps)]
    """The points to train."""
    metric: Annotated[str, checked(check.metric)] = "accuracy"
    """Chooses among the points, on the validation rows; its direction is Spark's."""
    gates: tuple[Gate, ...] = ()
    """What the winner must reach on the test rows."""
    registry: Registry
    """Where the winner is registered."""
    endpoint: Annotated[Endpoint, checked(check.requests, "features")]
    """Where the winner is served."""
    compute: Compute = Compute()
    """What it is trained on."""
    data_root: Annotated[str, checked(check.data_root)] = "dbfs:/rookery"
    """A folder on DBFS (`dbfs:/…`) or in a Volume (`/Volumes/catalog/schema/volume/…`) for all files."""
    as_of_column: Annotated[str | None, checked(check.as_of_column, "features", "label")] = None
    """A column of dates or ISO 8601 timestamps (in UTC where they name no zone): a run with a data interval
    sees only the rows before the interval's end, a run without one all rows."""
    deploy: bool = True
    """Whether the winner is served. A backfill deploys only if its conf says so."""
    keep_endpoint: bool = True
    """Whether an endpoint that the run creates stays when the run has ended."""

    def candidates(self) -> tuple[Candidate, ...]:
        """The points to train, with parameters converted by their Spark types."""
        return expand((sweep.algorithm, sweep.grid) for sweep in self.sweep)
