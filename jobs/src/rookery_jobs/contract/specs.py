"""The documents that the Airflow side writes for a job run, and the manifest that `prepare` writes back."""

from dataclasses import dataclass

from rookery_jobs.contract.columns import check_as_of_column, check_columns
from rookery_jobs.contract.documents import Document
from rookery_jobs.contract.identity import ParamValue, snapshot_digest, sweep_id
from rookery_jobs.contract.metrics import check_metric
from rookery_jobs.contract.origin import Origin, check_as_of
from rookery_jobs.errors import ContractError

MAX_CLASSES = 100
"""Labels are 0 to 99 at most: a model has coefficients for every class up to the largest."""


@dataclass(frozen=True)
class SnapshotSpec(Document):
    """What `prepare` is asked: which columns of which CSV, and how to split its rows.

    `numeric` columns become doubles, `label` a non-negative int. The sizes are shares of the rows; a
    `validation_size` of 0 gives the two-way split of train and test. `split_key` names a column whose equal
    values stay on one side (None: the row itself is the key). With an `as_of_column`, rows whose time there
    is `as_of` or later are left out (None: no row is); the side of a row does not depend on it. `digest` is
    `snapshot_digest` of all this.
    """

    source_path: str
    source_sha256: str
    snapshot_path: str
    categorical: tuple[str, ...]
    numeric: tuple[str, ...]
    label: str
    validation_size: float
    test_size: float
    seed: int
    split_key: str | None
    as_of_column: str | None
    as_of: str | None
    digest: str

    def __post_init__(self) -> None:
        check_columns(self.categorical, self.numeric, self.label)
        self._check_as_of()
        if self.validation_size < 0 or self.test_size <= 0 or self.validation_size + self.test_size >= 1:
            raise ContractError(
                f"validation_size {self.validation_size} and test_size {self.test_size} leave no proper "
                "split; test_size must be above 0, validation_size at least 0, and their sum below 1"
            )
        expected = snapshot_digest(
            source_sha256=self.source_sha256,
            categorical=self.categorical,
            numeric=self.numeric,
            label=self.label,
            validation_size=self.validation_size,
            test_size=self.test_size,
            seed=self.seed,
            split_key=self.split_key,
            as_of_column=self.as_of_column,
            as_of=self.as_of,
        )
        if self.digest != expected:
            raise ContractError(
                f"snapshot digest {self.digest!r} does not fit its spec, which gives {expected}"
            )

    def _check_as_of(self) -> None:
        check_as_of(self.as_of)
        if self.as_of_column is not None:
            check_as_of_column(self.as_of_column, self.features, self.label)
        elif self.as_of is not None:
            raise ContractError(f"as_of {self.as_of} has no column to compare with: name an as_of_column")

    @property
    def features(self) -> tuple[str, ...]:
        """All feature columns, categorical first, in the order the model takes them."""
        return self.categorical + self.numeric

    @property
    def sides(self) -> tuple[str, ...]:
        """The sides this split has."""
        return ("train", "validation", "test") if self.validation_size > 0 else ("train", "test")

    @property
    def selection_side(self) -> str:
        """The side whose metrics choose the best point.

        It is `validation`; in the two-way split it is `test`, as in the lab, and then the test metrics of the
        winner are the ones that chose it: optimistic.
        """
        return "validation" if self.validation_size > 0 else "test"


@dataclass(frozen=True)
class Manifest(Document):
    """What `prepare` made of a SnapshotSpec.

    `columns` has the Spark types, features first. Of `rows_read` rows, `rows_later` were at or after the
    snapshot's `as_of`, `rows_dropped` were incomplete, and `rows_kept` are in it: `rows` and `class_counts`
    are per side. `example` is one record of features.
    """

    snapshot: SnapshotSpec
    columns: dict[str, str]
    rows_read: int
    rows_later: int
    rows_dropped: int
    rows_kept: int
    rows: dict[str, int]
    class_counts: dict[str, dict[str, int]]
    example: dict[str, float | str]


@dataclass(frozen=True)
class Point(Document):
    """One algorithm with one value per chosen hyperparameter, by Spark's names and types."""

    point_id: str
    algorithm: str
    params: dict[str, ParamValue]


@dataclass(frozen=True)
class SweepSpec(Document):
    """What `train` is asked: the points of a sweep, of which a run takes the range [start, stop)."""

    sweep_id: str
    snapshot_path: str
    snapshot_digest: str
    code_digest: str
    experiment_id: str
    metric: str
    points: tuple[Point, ...]
    tmp_path: str
    origin: Origin

    def __post_init__(self) -> None:
        check_metric(self.metric)
        expected = sweep_id((point.point_id for point in self.points), self.metric)
        if self.sweep_id != expected:
            raise ContractError(f"sweep id {self.sweep_id!r} does not fit its points, which give {expected}")


@dataclass(frozen=True)
class Gate(Document):
    """A metric that must reach a threshold on the test rows (or stay under it, see `gate_passes`)."""

    metric: str
    threshold: float

    def __post_init__(self) -> None:
        check_metric(self.metric)


@dataclass(frozen=True)
class RegistrationSpec(Document):
    """What `register` is asked: judge the winner of a sweep and register its model once per registration key.

    `mlflow_run_id` is the run of `point` that `select_best` chose, whichever sweep made it.
    """

    registration_key: str
    registered_model_name: str
    gates: tuple[Gate, ...]
    sweep_id: str
    snapshot_path: str
    snapshot_digest: str
    code_digest: str
    experiment_id: str
    point: Point
    mlflow_run_id: str
    tmp_path: str
    origin: Origin
