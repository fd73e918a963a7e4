"""A person's word before a version is deployed."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

from airflow.providers.standard.operators.hitl import ApprovalOperator  # noqa: TID253 - it loads no client

from rookery.hooks.databricks import workspace_url
from rookery.links import endpoint_page, mlflow_run_page, model_version_page
from rookery.operators.bases.own_state import SERVED_AGAIN, SKIPPED_BECAUSE, decision_of, left_by
from rookery.plan.promotion.approval import REQUIRED
from rookery.plan.training import TrainingPlan
from rookery.workspace.registered_models import RegisteredVersion

if TYPE_CHECKING:
    from airflow.sdk import Context

ANSWERED_WITHIN = timedelta(days=7)


class ApproveOperator(ApprovalOperator):
    """Ask a person, by Airflow's own means, whether the run's version is to be deployed, if the plan says so
    and the version may be. Nothing runs meanwhile: the cluster is gone, and the task takes no slot.

    Without an answer within ANSWERED_WITHIN it is refused. A version that is refused stays registered.
    """

    def __init__(self, *, databricks_conn_id: str = "databricks_default", **kwargs: Any) -> None:
        super().__init__(
            subject="Deploy a new version?",
            defaults=self.REJECT,
            response_timeout=ANSWERED_WITHIN,
            **kwargs,
        )
        self.databricks_conn_id = databricks_conn_id

    def execute(self, context: Context) -> Any:
        instance = context["ti"]
        # Not by XComArgs, which would make it follow tasks that may be skipped: see PromoteOperator.
        plan = TrainingPlan.model_validate(left_by(instance, "resolve_plan", "plan"))
        if plan.approval != REQUIRED:
            self.log.info("Nobody is asked: the plan requires no approval")
            return None
        if not plan.deploy or not decision_of(instance).promoted:
            self.log.info("Nobody is asked: nothing is deployed")
            return None
        again = left_by(instance, "resolve_plan", SERVED_AGAIN)
        registered = RegisteredVersion.from_xcom(again or left_by(instance, "register_model") or {})
        self.subject = f"Deploy version {registered.version} of {registered.registered_model_name}?"
        experiment_id = left_by(instance, "create_experiment")
        self.body = self._text(plan, registered, decision_of(instance).words, experiment_id)
        return super().execute(context)

    def execute_complete(self, context: Context, event: dict[str, Any]) -> Any:
        if self.REJECT in (event.get("chosen_options") or ()):
            by = (event.get("responded_by_user") or {}).get("name")
            why = f"not deployed: refused by {by}" if by else "not deployed: nobody has approved it"
            self.log.info("%s", why)
            context["ti"].xcom_push(key=SKIPPED_BECAUSE, value=why)
        return super().execute_complete(context, event)

    def _text(
        self, plan: TrainingPlan, registered: RegisteredVersion, decision: str, experiment_id: str | None
    ) -> str:
        url = workspace_url(self.databricks_conn_id)
        run_id = registered.mlflow_run_id
        name, endpoint = registered.registered_model_name, plan.endpoint.name
        metrics = ", ".join(f"{key} {value:.6g}" for key, value in sorted(registered.test_metrics.items()))
        version = f"[version {registered.version}]({model_version_page(url, name, registered.version)})"
        served = f"[{endpoint}]({endpoint_page(url, endpoint)})"
        paragraphs = [
            f"The {version} of **{name}** is to be served at {served}.",
            f"**Judged:** {decision}",
            *([f"**On the test rows:** {metrics}"] if metrics else []),
            *([f"[Its MLflow run]({mlflow_run_page(url, experiment_id, run_id)})"] if experiment_id else []),
            "Rejected, it stays registered, and what is served stays.",
        ]
        return "\n\n".join(paragraphs)
