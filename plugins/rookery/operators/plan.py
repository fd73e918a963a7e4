"""The first task of a run: what it will do, settled before anything is created."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING, Any

from rookery.installation import installation_id
from rookery.operators.base import DatabricksOperator
from rookery.params import resolve
from rookery.run_names import RunNames
from rookery.workspace_checks import require_usable, training_questions

if TYPE_CHECKING:
    from airflow.sdk import Context

    from rookery.plan.training import TrainingPlan


class ResolvePlanOperator(DatabricksOperator):
    """Merge the run's conf into the plan, name what the run will create, and ask the workspace whether it can
    carry out the plan. Creates nothing.

    XCom: `plan` (JSON of the resolved TrainingPlan, with the installation's folder as its `data_root`),
    `points_per_task`, and the names `installation`, `owner`, `cluster_name`, `experiment_path`, `code_root`,
    `user_name`. Raises PlanError with every mistake of the conf, or with everything that the workspace lacks.
    """

    def __init__(
        self, *, plan: TrainingPlan, points_per_task: int, other_keys: Collection[str] = (), **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.plan = plan
        self.points_per_task = points_per_task
        self.other_keys = other_keys

    def execute(self, context: Context) -> None:
        run = context["dag_run"]
        resolved = resolve(self.plan, run.conf or {}, self.points_per_task, self.other_keys, run.run_type)
        user_name = str(self.workspace.current_user.me().user_name)
        names = RunNames(installation_id(), run.dag_id, run.run_id, user_name)
        require_usable(self.workspace, training_questions(resolved.plan, names))
        data_root = names.data_root(resolved.plan.data_root)
        outcome = {
            "plan": {**resolved.plan.model_dump(mode="json"), "data_root": data_root},
            "points_per_task": resolved.points_per_task,
            "installation": names.installation,
            "owner": names.owner,
            "cluster_name": names.cluster_name,
            "experiment_path": names.experiment_path,
            "code_root": names.code_root,
            "user_name": names.user_name,
        }
        for key, value in outcome.items():
            context["ti"].xcom_push(key=key, value=value)
        self.log.info("%d points, %d per task", len(resolved.plan.candidates()), resolved.points_per_task)
