"""The points of a sweep by their MLflow runs, and the best of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rookery.exceptions import SelectionError
from rookery.xcom import Handed
from rookery_jobs.contract import (
    DURATION_METRIC,
    TAG_CODE,
    TAG_ERROR,
    TAG_POINT,
    TAG_SNAPSHOT,
    TEST_METRIC_PREFIX,
    ParamValue,
    Point,
    SweepSpec,
)
from rookery_jobs.grid import Scored, ranking

if TYPE_CHECKING:
    from databricks.sdk import WorkspaceClient
    from databricks.sdk.service.ml import Run

_PAGE = 1000
_NAMED_FAILURES = 10


@dataclass(frozen=True)
class BestPoint(Handed):
    """The point that a sweep's metric has chosen, with its MLflow run and all metrics that chose."""

    mlflow_run_id: str
    point_id: str
    algorithm: str
    params: dict[str, ParamValue]
    metrics: dict[str, float]

    @property
    def point(self) -> Point:
        """The point, as the specs of job runs have it."""
        return Point(self.point_id, self.algorithm, self.params)


def runs_of(workspace: WorkspaceClient, sweep: SweepSpec) -> Iterator[Run]:
    """All MLflow runs on the sweep's snapshot by its job code: those of its points, and others."""
    # MLflow's filter has neither IN nor OR on tags: points are matched by their ids afterwards.
    tags = {TAG_SNAPSHOT: sweep.snapshot_digest, TAG_CODE: sweep.code_digest}
    return workspace.experiments.search_runs(
        experiment_ids=[sweep.experiment_id],
        filter=" and ".join(f"tags.`{name}` = '{value}'" for name, value in tags.items()),
        max_results=_PAGE,
    )


def best_point(sweep: SweepSpec, runs: Sequence[Run]) -> BestPoint:
    """The best of the sweep's points among some MLflow runs, whichever sweep or DAG run made them.

    Raises SelectionError, naming what failed, if a point has no finished run: a sweep with holes has no best
    point.
    """
    ranked = leaderboard(sweep, runs)
    missing = {point.point_id for point in sweep.points} - {each.point.point_id for each in ranked}
    if missing:
        raise SelectionError(_holes([each for each in sweep.points if each.point_id in missing], runs, sweep))
    best = ranked[0]
    point = best.point
    return BestPoint(
        best.mlflow_run_id, point.point_id, point.algorithm, dict(point.params), dict(best.metrics)
    )


def leaderboard(sweep: SweepSpec, runs: Sequence[Run]) -> Sequence[Scored]:
    """The sweep's points that have a finished run, the best first."""
    ours = by_point(sweep, runs)
    return ranking([_scored(point, run) for point, run in ours if status_of(run) == "FINISHED"], sweep.metric)


def by_point(sweep: SweepSpec, runs: Sequence[Run]) -> list[tuple[Point, Run]]:
    """Those among some MLflow runs that are of the sweep's points, each with its point."""
    points = {point.point_id: point for point in sweep.points}
    return [(points[name], run) for run in runs if (name := tag_of(run, TAG_POINT)) in points]


def _holes(missing: Sequence[Point], runs: Sequence[Run], sweep: SweepSpec) -> str:
    ours = by_point(sweep, runs)
    reasons = {point.point_id: error for point, run in ours if (error := tag_of(run, TAG_ERROR))}
    named = sorted(missing, key=lambda point: point.point_id)[:_NAMED_FAILURES]
    lines = [
        f"  - {point.algorithm} {point.params}: {reasons.get(point.point_id, 'no finished run')}"
        for point in named
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
    # A winner of an earlier sweep has test metrics too. They are not for choosing, nor is the duration.
    values = {
        str(metric.key): float(metric.value or 0.0)
        for metric in metrics
        if not str(metric.key).startswith(TEST_METRIC_PREFIX) and metric.key != DURATION_METRIC
    }
    return Scored(point, str(run.info and run.info.run_id), values)


def status_of(run: Run) -> str:
    """An MLflow run's status: RUNNING, FINISHED, FAILED, KILLED."""
    status = run.info and run.info.status
    return status.value if status else ""


def tag_of(run: Run, name: str) -> str | None:
    """The value of an MLflow run's tag, if it has it."""
    tags = (run.data and run.data.tags) or []
    return next((tag.value for tag in tags if tag.key == name), None)
