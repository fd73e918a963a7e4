"""The end of a run: its version takes over, and other DAGs are told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from rookery.assets import model_asset
from rookery.form.run_conf import BACKFILL
from rookery.operators.bases.own_state import (
    SKIPPED_BECAUSE,
    begin_to_ask,
    decision_of,
    left_by,
    require_wanted,
)
from rookery.operators.endpoint import ServeModelOperator
from rookery.origin import generation
from rookery.xcom import Handed

if TYPE_CHECKING:
    from airflow.sdk import Context

    from rookery.workspace.registered_models import RegisteredVersion


@dataclass(frozen=True)
class Promoted(Handed):
    """The version that a run has made the champion, and the one that was it before. Both are None in a run
    that does not deploy."""

    version: str | None
    previous: str | None


class PromoteOperator(ServeModelOperator):
    """Give the version the endpoint's requests, at once or by the plan's `canary_steps`, with a check after
    each step, and make it the champion. Then emit the event of the `model_asset` among its outlets.

    Returns a Promoted. A run that does not deploy emits the event alone. It is skipped, and emits none, if
    the version has lost against the champion, was refused, or is an older run's. Raises EndpointError; then
    the version before serves alone again, and is the champion.
    """

    def __init__(self, **kwargs: Any) -> None:
        # What follows a setup, as `resolve_plan` is one, must run only if all before it has succeeded
        # (Airflow 3.3: `validate_setup_teardown`): an XComArg of it would make this task follow it.
        super().__init__(plan=None, **kwargs)

    def execute(self, context: Context) -> dict[str, Any]:
        self.plan = left_by(context["ti"], "resolve_plan", "plan")
        if why := self._why_not(context):
            raise self.skipped(context, why)
        promoted = self._promoted(context) if self.training_plan.deploy else Promoted(None, None)
        self._announce(context, self.registered(context))
        return promoted.to_xcom()

    def _why_not(self, context: Context) -> str | None:
        instance = context["ti"]
        decision = decision_of(instance)
        if not decision.promoted:
            return decision.words
        if not self.training_plan.deploy:
            return None
        reasons = (left_by(instance, task, SKIPPED_BECAUSE) for task in ("approve", "create_endpoint"))
        return next((str(each) for each in reasons if each), None)

    def _promoted(self, context: Context) -> Promoted:
        instance, plan = context["ti"], self.training_plan
        begin_to_ask(instance)
        self.show_endpoint(context)
        rollout = self.rollout(context, lambda: require_wanted(instance))
        with self.given_up_on_failure(context, rollout):
            previous = rollout.take_over(plan.endpoint.canary_steps)
        rollout.finish()
        version = self.registered(context).version
        instead = f" in place of version {previous}" if previous else ""
        self.log.info("Version %s is the champion%s", version, instead)
        return Promoted(version, previous)

    def _announce(self, context: Context, registered: RegisteredVersion) -> None:
        event = context["outlet_events"][model_asset(registered.registered_model_name)]
        run = context["dag_run"]
        event.extra = {
            "registered_model_name": registered.registered_model_name,
            "version": registered.version,
            "mlflow_run_id": registered.mlflow_run_id,
            "metrics": dict[str, Any](registered.test_metrics),
            "dag_id": run.dag_id,
            "dag_run_id": run.run_id,
            "generation": generation(run),
            "backfill": str(run.run_type) == BACKFILL and not self.training_plan.deploy,
        }
