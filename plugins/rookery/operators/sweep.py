"""From the plan's grid to the shards that the mapped task trains."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from rookery.links import ExperimentLink, JobRunLink, snapshot_page
from rookery.operators.base import PlanOperator
from rookery.operators.job_run import JobRunOperator
from rookery.origin import origin_of
from rookery.plan.shards import shards
from rookery.workspace import storage
from rookery_jobs.contract import Origin, RunLayout, SweepSpec, sweep_id
from rookery_jobs.grid import make_points

if TYPE_CHECKING:
    from airflow.sdk import BaseOperatorLink, Context

    from rookery.plan.training import TrainingPlan


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


class ExpandGridOperator(PlanOperator):
    """Write the sweep's points to the data root and return its Shards, one per mapped task.

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
        points_per_task: int,
        snapshot_path: str,
        snapshot_digest: str,
        code_digest: str,
        experiment_id: str,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.points_per_task = points_per_task
        self.snapshot_path = snapshot_path
        self.snapshot_digest = snapshot_digest
        self.code_digest = code_digest
        self.experiment_id = experiment_id

    def execute(self, context: Context) -> list[dict[str, Any]]:
        plan = self.training_plan
        origin = origin_of(context["dag_run"], plan)
        layout = RunLayout(plan.data_root, origin.dag_id, origin.dag_run_id)
        spec = self._spec(plan, origin, layout.tmp)
        path = layout.points(spec.sweep_id)
        storage.write_text(self.workspace, path, spec.to_json())
        page = snapshot_page(self.workspace_url, self.experiment_id, self.snapshot_digest)
        self.show_link(context, ExperimentLink(), page)
        context["ti"].xcom_push(key="points_path", value=path)
        context["ti"].xcom_push(key="experiment_page", value=page)
        return [shard.to_xcom() for shard in shards(spec.points, self.points_per_task, path)]

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
