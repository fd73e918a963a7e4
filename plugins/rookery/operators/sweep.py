"""From the plan's grid to the shards that the mapped task trains."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from rookery import storage
from rookery.operators.base import DatabricksOperator
from rookery.plan import TrainingPlan
from rookery_jobs.contract import Point, RunLayout, SweepSpec, sweep_id
from rookery_jobs.grid import make_points

if TYPE_CHECKING:
    from airflow.sdk import Context


class ExpandGridOperator(DatabricksOperator):
    """Write the sweep's points to the data root and return its shards, one per mapped task:
    `[{"arguments": [<points file>, <start>, <stop>], "run_name": …}, …]`.

    XCom: `points_path`, where the SweepSpec is.
    """

    template_fields: Sequence[str] = (
        "plan",
        "points_per_task",
        "snapshot_path",
        "snapshot_digest",
        "code_digest",
        "experiment_id",
    )

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
        run = context["dag_run"]
        plan = TrainingPlan.model_validate(self.plan)
        spec = self._spec(plan, RunLayout(plan.data_root, run.dag_id, run.run_id))
        path = RunLayout(plan.data_root, run.dag_id, run.run_id).points(spec.sweep_id)
        storage.write_text(self.workspace, path, spec.to_json())
        context["ti"].xcom_push(key="points_path", value=path)
        return list(shards(spec.points, self.points_per_task, path))

    def _spec(self, plan: TrainingPlan, layout: RunLayout) -> SweepSpec:
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
            tmp_path=layout.tmp,
            dag_id=layout.dag_id,
            dag_run_id=layout.run_id,
        )


def shards(points: Sequence[Point], points_per_task: int, points_path: str) -> Iterator[dict[str, Any]]:
    """Consecutive ranges of the points, named by what they train: "LogisticRegression 5-8 of 12"."""
    for start in range(0, len(points), points_per_task):
        stop = min(start + points_per_task, len(points))
        algorithms = dict.fromkeys(point.algorithm for point in points[start:stop])
        positions = f"{start + 1}" if stop == start + 1 else f"{start + 1}-{stop}"
        yield {
            "arguments": [points_path, str(start), str(stop)],
            "run_name": f"{', '.join(algorithms)} {positions} of {len(points)}",
        }
