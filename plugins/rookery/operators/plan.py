"""The first task of a run: what it will do, settled before anything is created."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from airflow.sdk.exceptions import DownstreamTasksSkipped

from rookery.form.run_conf import resolve
from rookery.installation import installation_id
from rookery.operators.bases.first_task import FirstTaskOperator
from rookery.operators.bases.own_state import SERVED_AGAIN, SKIPPED_BECAUSE
from rookery.plan.questions import training_questions
from rookery.workspace.questions import require_usable
from rookery.workspace.registered_models import registered_version
from rookery.workspace.run_names import RunNames
from rookery.xcom import Handed

if TYPE_CHECKING:
    from airflow.sdk import Context

    from rookery.plan.training import TrainingPlan


@dataclass(frozen=True)
class ResolvedRun(Handed):
    """What a run will do, and the names of what it will create (`RunNames`). `plan` is the JSON of the run's
    TrainingPlan, with the installation's folder as its `data_root`."""

    plan: dict[str, Any]
    points_per_task: int
    installation: str
    owner: str
    cluster_name: str
    experiment_path: str
    code_root: str
    user_name: str


class ResolvePlanOperator(FirstTaskOperator):
    """Merge the run's conf into the plan, name what the run will create, and ask the workspace whether it can
    carry out the plan. Creates nothing, and ends what earlier runs have left behind. If the run is to serve
    an earlier version again, the tasks that `train` it are skipped, and those that follow them.

    XCom: the fields of ResolvedRun, and of such a run the RegisteredVersion as SERVED_AGAIN. Raises
    PlanError with every mistake of the conf, or with everything that the workspace lacks.
    """

    def __init__(
        self,
        *,
        plan: TrainingPlan,
        points_per_task: int | None = None,
        other_keys: Collection[str] = (),
        train: Sequence[str] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.train = train
        self.plan = plan
        self.points_per_task = points_per_task
        self.other_keys = other_keys

    def execute(self, context: Context) -> None:
        run, installation = context["dag_run"], installation_id()
        resolved = resolve(self.plan, run.conf or {}, self.points_per_task, self.other_keys, run.run_type)
        self.end_left_behind(context, installation)
        user_name = str(self.workspace.current_user.me().user_name)
        names = RunNames(installation, run.dag_id, run.run_id, user_name)
        require_usable(self.workspace, training_questions(resolved.plan, names))
        plan = resolved.plan.model_dump(mode="json")
        ResolvedRun(
            plan={**plan, "data_root": names.data_root(resolved.plan.data_root)},
            points_per_task=resolved.points_per_task,
            installation=names.installation,
            owner=names.owner,
            cluster_name=names.cluster_name,
            experiment_path=names.experiment_path,
            code_root=names.code_root,
            user_name=names.user_name,
        ).push(context["ti"])
        if resolved.serve_version is not None:
            self._serve_again(context, resolved.plan, resolved.serve_version)
        self.log.info("%d points, %d per task", len(resolved.plan.candidates()), resolved.points_per_task)

    def _serve_again(self, context: Context, plan: TrainingPlan, version: str) -> None:
        found = registered_version(self.workspace, plan.registry.registered_model_name, version)
        instance, why = context["ti"], f"version {version} is served again: nothing is trained"
        instance.xcom_push(key=SERVED_AGAIN, value=found.to_xcom())
        instance.xcom_push(key=SKIPPED_BECAUSE, value=why)
        self.log.info("%s", why)
        raise DownstreamTasksSkipped(tasks=list(self.train))  # type: ignore[no-untyped-call]
