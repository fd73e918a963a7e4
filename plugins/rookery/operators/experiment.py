"""The MLflow experiment that a DAG's runs share, and the best point found in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from rookery import storage
from rookery.exceptions import PlanError, SelectionError
from rookery.links import ExperimentLink, MlflowRunLink, experiment_page, mlflow_run_page, snapshot_page
from rookery.operators.base import DatabricksOperator
from rookery_jobs.contract import (
    TAG_CODE,
    TAG_ERROR,
    TAG_POINT,
    TAG_SNAPSHOT,
    TEST_METRIC_PREFIX,
    Point,
    SweepSpec,
)
from rookery_jobs.grid import Scored, ranking

if TYPE_CHECKING:
    from airflow.sdk import BaseOperatorLink, Context
    from databricks.sdk.service.ml import Run

_PAGE = 1000
_NAMED_FAILURES = 10


class CreateExperimentOperator(DatabricksOperator):
    """Find or create the experiment at an absolute workspace path, and return its id.

    One task does it before anything races for it; two DAG runs that race both get the same experiment. Raises
    PlanError if the experiment of this path was deleted.
    """

    template_fields: Sequence[str] = ("experiment_path",)
    operator_extra_links: Sequence[BaseOperatorLink] = (ExperimentLink(),)

    def __init__(self, *, experiment_path: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.experiment_path = experiment_path

    def execute(self, context: Context) -> str:
        experiment_id = self._found() or self._created()
        self.show_link(context, ExperimentLink(), experiment_page(self.workspace_url, experiment_id))
        return experiment_id

    def _found(self) -> str | None:
        from databricks.sdk.errors import NotFound

        try:
            experiment = self.workspace.experiments.get_by_name(self.experiment_path).experiment
        except NotFound:
            return None
        if experiment is None or experiment.lifecycle_stage == "deleted":
            return None
        return experiment.experiment_id

    def _created(self) -> str:
        from databricks.sdk.errors import AlreadyExists, ResourceAlreadyExists

        self.workspace.workspace.mkdirs(self.experiment_path.rpartition("/")[0])
        try:
            return str(self.workspace.experiments.create_experiment(self.experiment_path).experiment_id)
        except (AlreadyExists, ResourceAlreadyExists):
            experiment_id = self._found()
            if experiment_id is None:
                raise PlanError(
                    f"the experiment {self.experiment_path} was deleted and is in the trash: in Databricks, "
                    "restore it or delete it for good, then clear this task; or give the DAG another id"
                ) from None
            return experiment_id


class SelectBestOperator(DatabricksOperator):
    """Choose the best of the sweep's points by their MLflow runs, whichever sweep or DAG run made them.

    Returns `{"mlflow_run_id", "point_id", "algorithm", "params", "metrics"}`. Raises SelectionError, naming
    what failed, if a point has no finished run: a sweep with holes has no best point.
    """

    template_fields: Sequence[str] = ("points_path",)
    operator_extra_links: Sequence[BaseOperatorLink] = (ExperimentLink(), MlflowRunLink())

    def __init__(self, *, points_path: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.points_path = points_path

    def execute(self, context: Context) -> dict[str, Any]:
        sweep = SweepSpec.from_json(storage.read_text(self.workspace, self.points_path))
        everything = snapshot_page(self.workspace_url, sweep.experiment_id, sweep.snapshot_digest)
        self.show_link(context, ExperimentLink(), everything)
        best = best_point(sweep, list(self._runs(sweep)))
        page = mlflow_run_page(self.workspace_url, sweep.experiment_id, best.mlflow_run_id)
        self.show_link(context, MlflowRunLink(), page)
        self.log.info("Best of %d points: %s %s", len(sweep.points), best.point.params, dict(best.metrics))
        return {
            "mlflow_run_id": best.mlflow_run_id,
            "point_id": best.point.point_id,
            "algorithm": best.point.algorithm,
            "params": best.point.params,
            "metrics": dict(best.metrics),
        }

    def _runs(self, sweep: SweepSpec) -> Iterator[Run]:
        # MLflow's filter has neither IN nor OR on tags: points are matched by their ids in best_point.
        tags = {TAG_SNAPSHOT: sweep.snapshot_digest, TAG_CODE: sweep.code_digest}
        return self.workspace.experiments.search_runs(
            experiment_ids=[sweep.experiment_id],
            filter=" and ".join(f"tags.`{name}` = '{value}'" for name, value in tags.items()),
            max_results=_PAGE,
        )


def best_point(sweep: SweepSpec, runs: Sequence[Run]) -> Scored:
    """The best of the sweep's points among some MLflow runs. Raises SelectionError."""
    points = {point.point_id: point for point in sweep.points}
    ours = [(points[name], run) for run in runs if (name := _tag(run, TAG_POINT)) in points]
    scored = [_scored(point, run) for point, run in ours if _status(run) == "FINISHED"]
    ranked = ranking(scored, sweep.metric)
    missing = set(points) - {each.point.point_id for each in ranked}
    if missing:
        raise SelectionError(_holes([points[name] for name in sorted(missing)], ours, sweep))
    return ranked[0]


def _holes(missing: Sequence[Point], ours: Sequence[tuple[Point, Run]], sweep: SweepSpec) -> str:
    reasons = {point.point_id: error for point, run in ours if (error := _tag(run, TAG_ERROR))}
    lines = [
        f"  - {point.algorithm} {point.params}: {reasons.get(point.point_id, 'no finished run')}"
        for point in missing[:_NAMED_FAILURES]
    ]
    more = len(missing) - len(lines)
    return "\n".join(
        [
            f"{len(missing)} of {len(sweep.points)} points have no finished run with {sweep.metric}, "
            "so none is chosen:",
            *lines,
            *([f"  - and {more} more"] if more else []),
        ]
    )


def _scored(point: Point, run: Run) -> Scored:
    metrics = (run.data and run.data.metrics) or []
    # A winner of an earlier sweep has test metrics too: they are not for choosing.
    values = {
        str(metric.key): float(metric.value or 0.0)
        for metric in metrics
        if not str(metric.key).startswith(TEST_METRIC_PREFIX)
    }
    return Scored(point, str(run.info and run.info.run_id), values)


def _status(run: Run) -> str:
    status = run.info and run.info.status
    return status.value if status else ""


def _tag(run: Run, name: str) -> str | None:
    tags = (run.data and run.data.tags) or []
    return next((tag.value for tag in tags if tag.key == name), None)
