"""From the plan's grid to the shards that the mapped task trains."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import TYPE_CHECKING, Any

from rookery import storage
from rookery.links import ExperimentLink, JobRunLink, snapshot_page
from rookery.operators.base import DatabricksOperator
from rookery.operators.job_run import JobRunOperator
from rookery.origin import origin_of
from rookery.plan.training import TrainingPlan
from rookery_jobs.contract import Origin, Point, RunLayout, SweepSpec, sweep_id
from rookery_jobs.grid import make_points

if TYPE_CHECKING:
    from airflow.sdk import BaseOperatorLink, Context


class TrainOperator(JobRunOperator):
    """Train one shard of a sweep. Its points are MLflow runs, all shown at `experiment_page`.

    Finished points are found again, so a run that took too long is worth another one.
    """

    goes_on = True

    template_fields: Sequence[str] = (*JobRunOperator.template_fields, "experiment_page")
    operator_extra_links: Sequence[BaseOperatorLink] = (JobRunLink(), ExperimentLink())

    def __init__(self, *, experiment_page: str, **kwargs: Any) -> None:
        super().__init__(entry="train", **kwargs)
        self.experiment_page = experiment_page

    def execute(self, context: Context) -> int:
        self.show_link(context, ExperimentLink(), self.experiment_page)
        return self.run_job(context, *self.arguments)


class ExpandGridOperator(DatabricksOperator):
    """Write the sweep's points to the data root and return its shards, one per mapped task:
    `[{"arguments": [<points file>, <start>, <stop>], "run_name": …}, …]`.

    XCom: `points_path`, where the SweepSpec is, and `experiment_page`, where the results will be seen.
    """

    template_fields: Sequence[str] = (
        "plan",
        "points_per_task",
        "snapshot_path",
        "snapshot_digest",
        "code_digest",
        "experiment_id",
    )
    operator_extra_links: Sequence[BaseOperatorLink] = (ExperimentLink(),)

    def __init__(
        self,
        *,
        plan: dict[str, Any],
        points_per_task: int,
        snapshot_path: str,
        snapshot_digest: str,
        code_digest: str,
        experiment_id: str,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.plan = plan
        self.points_per_task = points_per_task
        self.snapshot_path = snapshot_path
        self.snapshot_digest = snapshot_digest
        self.code_digest = code_digest
        self.experiment_id = experiment_id

    def execute(self, context: Context) -> list[dict[str, Any]]:
        plan = TrainingPlan.model_validate(self.plan)
        origin = origin_of(context["dag_run"], plan)
        layout = RunLayout(plan.data_root, origin.dag_id, origin.dag_run_id)
        spec = self._spec(plan, origin, layout.tmp)
        path = layout.points(spec.sweep_id)
        storage.write_text(self.workspace, path, spec.to_json())
        page = snapshot_page(self.workspace_url, self.experiment_id, self.snapshot_digest)
        self.show_link(context, ExperimentLink(), page)
        context["ti"].xcom_push(key="points_path", value=path)
        context["ti"].xcom_push(key="experiment_page", value=page)
        return list(shards(spec.points, self.points_per_task, path))

    def _spec(self, plan: TrainingPlan, origin: Origin, tmp_path: str) -> SweepSpec:
        points = make_points(
            plan.candidates(),
            categorical=plan.features.categorical,
            numeric=plan.features.numeric,
            label=plan.label,
            snapshot_digest=self.snapshot_digest,
            code_digest=self.code_digest,
        )
        return SweepSpec(
            sweep_id=sweep_id((point.point_id for point in points), plan.metric),
            snapshot_path=self.snapshot_path,
            snapshot_digest=self.snapshot_digest,
            code_digest=self.code_digest,
            experiment_id=self.experiment_id,
            metric=plan.metric,
            points=points,
            tmp_path=tmp_path,
            origin=origin,
        )


def shards(points: Sequence[Point], points_per_task: int, points_path: str) -> Iterator[dict[str, Any]]:
    """Consecutive ranges of the points, named by what they train: "LogisticRegression 5\u20138 of 12"."""
    for start in range(0, len(points), points_per_task):
        stop = min(start + points_per_task, len(points))
        yield {
            "arguments": [points_path, str(start), str(stop)],
            "run_name": f"{_trained(points, start, stop)} of {len(points)}",
        }


def _trained(points: Sequence[Point], start: int, stop: int) -> str:
    parts = []
    for algorithm, positions in groupby(range(start, stop), key=lambda position: points[position].algorithm):
        first, *others = (position + 1 for position in positions)
        parts.append(f"{algorithm} {first}" + (f"\u2013{others[-1]}" if others else ""))
    return " and ".join(parts)
