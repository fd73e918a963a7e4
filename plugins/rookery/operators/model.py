"""The winner, judged on the test rows and registered."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from rookery.links import JobRunLink, MlflowRunLink, ModelVersionLink, mlflow_run_page, model_version_page
from rookery.operators.bases.databricks import PlanOperator
from rookery.operators.bases.job_run import JobRunOperator
from rookery.operators.bases.own_state import DECISION, NOT_COMPARED
from rookery.origin import origin_of
from rookery.workspace import storage
from rookery.workspace.points import BestPoint
from rookery.workspace.promotion import roles
from rookery.workspace.promotion.champions import champion_of
from rookery.workspace.registered_models import RegisteredVersion, registered_by
from rookery_jobs.contract import (
    TEST_METRIC_PREFIX,
    Decision,
    GateSpec,
    Origin,
    RegistrationSpec,
    RunLayout,
    SweepSpec,
    decision_path,
    metric_of,
    registration_key,
)
from rookery_jobs.grid import in_words

if TYPE_CHECKING:
    from airflow.sdk import BaseOperatorLink, Context

    from rookery.plan.training import TrainingPlan


class RegisterModelOperator(JobRunOperator, PlanOperator):
    """Have the best point's model checked (parity, gates), compared with the champion and registered, and
    learn its version, which is the challenger then.

    `best` is what `select_best` returned. Returns a RegisteredVersion, and leaves the Decision as the XCom
    DECISION. Raises JobRunError if the job code refuses the model. A run that does not deploy compares with
    nothing.
    """

    template_fields: Sequence[str] = (
        *JobRunOperator.template_fields,
        "installation",
        "plan",
        "points_path",
        "best",
    )
    operator_extra_links: Sequence[BaseOperatorLink] = (
        JobRunLink(),
        MlflowRunLink(),
        ModelVersionLink(),
    )

    def __init__(self, *, installation: str, points_path: str, best: dict[str, Any], **kwargs: Any) -> None:
        super().__init__(entry="register", **kwargs)
        self.installation = installation
        self.points_path = points_path
        self.best = best

    def execute(self, context: Context) -> dict[str, Any]:
        plan = self.training_plan
        origin = origin_of(context["dag_run"], plan)
        sweep = SweepSpec.from_json(storage.read_text(self.workspace, self.points_path))
        spec = registration_spec(
            plan, sweep, BestPoint.from_xcom(self.best), origin, self.installation, self._champion()
        )
        page = mlflow_run_page(self.workspace_url, spec.experiment_id, spec.mlflow_run_id)
        self.show_link(context, MlflowRunLink(), page)
        layout = RunLayout(plan.data_root, origin.dag_id, origin.dag_run_id)
        path = layout.registration(spec.sweep_id, spec.registration_key)
        storage.write_text(self.workspace, path, spec.to_json())
        self.run_job(context, path)
        registered = registered_by(self.workspace, spec)
        self._log_judgement(plan, registered)
        self._show_version(context, registered)
        self._decide(context, registered, decision_path(path))
        return registered.to_xcom()

    def _champion(self) -> str:
        plan = self.training_plan
        if not plan.deploy:
            return ""
        name = plan.registry.registered_model_name
        return champion_of(self.workspace, name, plan.endpoint.name) or ""

    def _decide(self, context: Context, registered: RegisteredVersion, path: str) -> None:
        """Hand on what the job run has decided. A job run of code from before has decided nothing."""
        text = storage.read_text_if_there(self.workspace, path)
        decision = Decision.from_json(text) if text else NOT_COMPARED
        context["ti"].xcom_push(key=DECISION, value=json.loads(decision.to_json()))
        self.log.info("Version %s: %s", registered.version, decision.words)
        name = registered.registered_model_name
        if registered.version != roles.version_with(self.workspace, name, roles.CHAMPION):
            roles.give(self.workspace, name, registered.version, roles.CHALLENGER)

    def _show_version(self, context: Context, registered: RegisteredVersion) -> None:
        name, version = registered.registered_model_name, registered.version
        self.show_link(context, ModelVersionLink(), model_version_page(self.workspace_url, name, version))

    def _log_judgement(self, plan: TrainingPlan, registered: RegisteredVersion) -> None:
        measured = registered.test_metrics
        values = ", ".join(f"{name} {value:.6g}" for name, value in sorted(measured.items()))
        self.log.info("Version %s of %s: %s", registered.version, registered.registered_model_name, values)
        for gate in plan.gates:
            limit = "at least" if metric_of(gate.metric).larger_is_better else "at most"
            value = measured.get(f"{TEST_METRIC_PREFIX}{gate.metric}", math.nan)
            self.log.info("Gate passed: %s is %.6g, %s %g", gate.metric, value, limit, gate.threshold)


def registration_spec(
    plan: TrainingPlan,
    sweep: SweepSpec,
    best: BestPoint,
    origin: Origin,
    installation: str,
    champion: str = "",
) -> RegistrationSpec:
    """What `register` is asked for the best point of a sweep; `champion` is the version to compare it with,
    if there is one."""
    # Two installations may find the same winner in the experiment that they share.
    key = registration_key(
        dag_id=f"{installation}/{origin.dag_id}",
        dag_run_id=origin.dag_run_id,
        sweep_id=sweep.sweep_id,
        mlflow_run_id=best.mlflow_run_id,
    )
    asked = plan.endpoint.dataframe_records if plan.deploy else None
    return RegistrationSpec(
        registration_key=key,
        registered_model_name=plan.registry.registered_model_name,
        gates=tuple(GateSpec(gate.metric, gate.threshold) for gate in plan.gates),
        sweep_id=sweep.sweep_id,
        snapshot_path=sweep.snapshot_path,
        snapshot_digest=sweep.snapshot_digest,
        code_digest=sweep.code_digest,
        experiment_id=sweep.experiment_id,
        point=best.point,
        mlflow_run_id=best.mlflow_run_id,
        tmp_path=RunLayout(plan.data_root, origin.dag_id, origin.dag_run_id).tmp,
        origin=origin,
        grid=in_words(sweep.points),
        dataframe_records=tuple(dict[str, Any](each) for each in asked or ()),
        judge=plan.judge.spec(plan.metric, champion),
        parent_run_id=sweep.parent_run_id,
    )
