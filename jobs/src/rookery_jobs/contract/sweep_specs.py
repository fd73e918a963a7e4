"""What `train` and `register` are asked."""

from dataclasses import dataclass

from rookery_jobs.contract.documents import Document
from rookery_jobs.contract.identity import ParamValue, sweep_id
from rookery_jobs.contract.objectives import check_metric
from rookery_jobs.contract.origin import Origin
from rookery_jobs.contract.promotion.judge import UNCOMPARED, JudgeSpec
from rookery_jobs.errors import ContractError

LOG_AUTO = "auto"
"""Log a shard's best model only where that is cheaper than to fit it again: the fit took longer, or need not
give the same."""

LOG_ALL = "all"
"""Log the model of each point."""

LOG_MODELS = (LOG_AUTO, "best", LOG_ALL)
"""What a sweep can be asked to log; with `best`, the best model of each shard."""


@dataclass(frozen=True)
class Point(Document):
    """One algorithm with one value per chosen hyperparameter, by Spark's names and types."""

    point_id: str
    algorithm: str
    params: dict[str, ParamValue]


@dataclass(frozen=True)
class SweepSpec(Document):
    """What `train` is asked: the points of a sweep, of which a run takes the range [start, stop).

    `parent_run_id` is the MLflow run that new points have for a parent.
    """

    sweep_id: str
    snapshot_path: str
    snapshot_digest: str
    code_digest: str
    experiment_id: str
    metric: str
    points: tuple[Point, ...]
    tmp_path: str
    origin: Origin
    log_models: str = LOG_AUTO
    parent_run_id: str | None = None

    def __post_init__(self) -> None:
        check_metric(self.metric)
        if self.log_models not in LOG_MODELS:
            raise ContractError(
                f"log_models is {self.log_models!r}; it must be one of {', '.join(LOG_MODELS)}"
            )
        expected = sweep_id((point.point_id for point in self.points), self.metric)
        if self.sweep_id != expected:
            raise ContractError(f"sweep id {self.sweep_id!r} does not fit its points, which give {expected}")


@dataclass(frozen=True)
class GateSpec(Document):
    """A metric that must reach a threshold on the test rows, or stay under it (see `Metric.passes`)."""

    metric: str
    threshold: float

    def __post_init__(self) -> None:
        check_metric(self.metric)


@dataclass(frozen=True)
class RegistrationSpec(Document):
    """What `register` is asked: judge the winner of a sweep and register its model once per registration key.

    `mlflow_run_id` is the run of `point` that `select_best` chose, whichever sweep made it. `grid` is the
    sweep in words. The model is asked `dataframe_records`, the plan's request to its endpoint, before it is
    registered. `judge` says with which version it is compared. `parent_run_id` is the sweep's MLflow run.
    """

    registration_key: str
    registered_model_name: str
    gates: tuple[GateSpec, ...]
    sweep_id: str
    snapshot_path: str
    snapshot_digest: str
    code_digest: str
    experiment_id: str
    point: Point
    mlflow_run_id: str
    tmp_path: str
    origin: Origin
    grid: str = ""
    dataframe_records: tuple[dict[str, float | int | str | bool | None], ...] = ()
    judge: JudgeSpec = UNCOMPARED
    parent_run_id: str | None = None
