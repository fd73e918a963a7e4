"""The serving endpoint: created or updated, waited for, asked, and deleted if it was only for this run."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from rookery.exceptions import EndpointError
from rookery.form.run_conf import asks_to_deploy
from rookery.links import EndpointLink, endpoint_page
from rookery.operators.bases.databricks import PlanOperator
from rookery.operators.bases.own_state import (
    SERVED_AGAIN,
    SKIPPED_BECAUSE,
    begin_to_ask,
    decision_of,
    left_by,
    may_have_asked,
    require_wanted,
)
from rookery.workspace import storage
from rookery.workspace.endpoints import checks, deletions, deployments
from rookery.workspace.endpoints.answers import Answer
from rookery.workspace.endpoints.checks import Latencies
from rookery.workspace.endpoints.deployments import Deployment
from rookery.workspace.endpoints.states import Served
from rookery.workspace.promotion.rollouts import Rollout
from rookery.workspace.registered_models import RegisteredVersion
from rookery.workspace.requests.faults import can_pass
from rookery_jobs.contract import Manifest, manifest_path

if TYPE_CHECKING:
    from airflow.sdk import BaseOperatorLink, Context


class EndpointOperator(PlanOperator):
    """Base of the operators for the endpoint of a run's plan."""

    operator_extra_links: Sequence[BaseOperatorLink] = (EndpointLink(),)

    def __init__(self, *, timeout: timedelta = timedelta(minutes=35), **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.timeout = timeout

    @property
    def endpoint_name(self) -> str:
        """The name of the plan's endpoint."""
        return self.training_plan.endpoint.name

    def show_endpoint(self, context: Context) -> None:
        """Show the link to the endpoint."""
        self.show_link(context, EndpointLink(), endpoint_page(self.workspace_url, self.endpoint_name))


class ServeModelOperator(EndpointOperator):
    """Base of the operators that know which version to serve: the one that `register_model` has left, or that
    `resolve_plan` has, in a run that serves an earlier version again."""

    def registered(self, context: Context) -> RegisteredVersion:
        """The version that the run is about."""
        instance = context["ti"]
        again = left_by(instance, "resolve_plan", SERVED_AGAIN)
        return RegisteredVersion.from_xcom(again or left_by(instance, "register_model") or {})

    def wanted(self, context: Context) -> Served:
        """What the endpoint is to serve."""
        registered, endpoint = self.registered(context), self.training_plan.endpoint
        return Served(
            registered.registered_model_name,
            registered.version,
            endpoint.workload_size,
            endpoint.scale_to_zero_enabled,
        )

    def rollout(self, context: Context, require_wanted: Callable[[], object] = lambda: None) -> Rollout:
        """The version at the endpoint, on its way to take over."""
        return Rollout(
            self.workspace,
            self.endpoint_name,
            self.wanted(context),
            self.training_plan.type_of_label,
            self.timeout,
            self.training_plan.probabilities,
            require_wanted,
            self.clock,
        )

    @contextmanager
    def given_up_on_failure(self, context: Context, rollout: Rollout) -> Iterator[None]:
        """If what is done here fails for good, the version before serves alone again, and the error says so.
        A fault that another try of the task may not meet is left to that."""
        try:
            yield
        except Exception as error:
            instance = context["ti"]
            passes = can_pass(error) or getattr(error, "retriable", False)
            if passes and instance.try_number <= instance.max_tries:
                raise
            raise EndpointError(f"{error}; {rollout.give_up()}") from error


class CreateEndpointOperator(ServeModelOperator):
    """Create the endpoint, or deploy the version at one that this DAG made earlier, beside what serves there;
    returns its name, without waiting.

    It is skipped if the run does not deploy, or if the version has lost against the champion. It is also
    skipped if a later run has deployed, unless the conf says `deploy: true`: who clears an old run does not
    mean to put its model in place of today's. Raises EndpointError for an endpoint of this name that is not
    this DAG's, and TaskStopped if the run does not want it any more.
    """

    repeated_seconds = 15  # what is asked for is repeated by ourselves, after a look
    template_fields: Sequence[str] = (*ServeModelOperator.template_fields, "installation", "owner_tag")

    def __init__(self, *, installation: str, owner_tag: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.installation = installation
        self.owner_tag = owner_tag

    def execute(self, context: Context) -> str:
        run = context["dag_run"]
        if not self.training_plan.deploy:
            raise self.skipped(context, "this run does not deploy (deploy is false)")
        instance = context["ti"]
        decision = decision_of(instance)
        if not decision.promoted:
            raise self.skipped(context, decision.words)
        begin_to_ask(instance)
        self.show_endpoint(context)
        later = deployments.deploy(
            self.workspace,
            self._deployment(context),
            over_later=asks_to_deploy(run.conf or {}),
            timeout=self.timeout,
            require_wanted=lambda: require_wanted(instance),
            clock=self.clock,
        )
        if later:
            why = f"not deployed: {later}; a run whose conf says deploy: true replaces it all the same"
            raise self.skipped(context, why)
        return self.endpoint_name

    def _deployment(self, context: Context) -> Deployment:
        run = context["dag_run"]
        return Deployment(
            endpoint_name=self.endpoint_name,
            served=self.wanted(context),
            owner=self.owner_tag,
            installation=self.installation,
            dag_id=run.dag_id,
            run_after=run.run_after,
            is_kept=self.training_plan.keep_endpoint,
        )


class WaitForEndpointOperator(ServeModelOperator):
    """Wait until the endpoint is READY with the run's version, at whatever share of the requests; a retry
    asks again for an update that failed.

    Raises EndpointError with the reason if the update fails, or if a newer version of another run is served.
    """

    def execute(self, context: Context) -> None:
        self.show_endpoint(context)
        deployments.wait_until_served(
            self.workspace,
            self.endpoint_name,
            self.wanted(context),
            is_retry=context["ti"].try_number > 1,
            timeout=self.timeout,
        )


class QueryEndpointOperator(ServeModelOperator):
    """Ask the run's version by its own address: the plan's request, or the snapshot's example row, whose
    answer must have one prediction of the label's type per record; and test rows, which it must answer as
    the model did when it was registered.

    Returns an Answer. Raises EndpointError; then the version before serves alone again.
    """

    def execute(self, context: Context) -> dict[str, Any]:
        self.show_endpoint(context)
        rollout = self.rollout(context)
        with self.given_up_on_failure(context, rollout):
            answer = self._asked(context, rollout)
            latencies = rollout.check()
        if latencies:
            self._log_latencies(self.registered(context).mlflow_run_id, latencies)
        return answer.to_xcom()

    def _asked(self, context: Context, rollout: Rollout) -> Answer:
        planned = self.training_plan.endpoint.dataframe_records
        records = planned or self._examples(context)
        if not records:
            return Answer(None, [])
        predictions = checks.ask_version(
            self.workspace,
            self.endpoint_name,
            rollout.address,
            records,
            rollout.label_type,
            probabilities=self.training_plan.probabilities,
        )
        self.log.info("%s answers with %s", self.endpoint_name, predictions)
        return Answer(list(planned) if planned else None, predictions)

    def _log_latencies(self, mlflow_run_id: str, latencies: Latencies) -> None:
        self.log.info("A row is answered in %.1f ms (p50), %.1f ms (p99)", latencies.p50, latencies.p99)
        now = int(time.time() * 1000)
        for name, value in latencies._asdict().items():
            key = f"endpoint_latency_{name}_ms"
            self.workspace.experiments.log_metric(key, value, now, run_id=mlflow_run_id)

    def _examples(self, context: Context) -> Sequence[dict[str, Any]]:
        """The snapshot's example row. An earlier version that is served again has rows of its own alone."""
        snapshot_path = left_by(context["ti"], "prepare_data", "snapshot_path")
        if snapshot_path is None:
            return ()
        text = storage.read_text(self.workspace, manifest_path(snapshot_path))
        return (Manifest.from_json(text).example,)


class DeleteEndpointOperator(EndpointOperator):
    """Delete the endpoint if this run created it and is not to keep it; else say why not, and succeed.

    While the request of the task that `creates` it may be under way, the look for it lasts longer than that.
    """

    repeated_seconds = 15  # the whole look is repeated
    template_fields: Sequence[str] = (*EndpointOperator.template_fields, "owner_tag")

    def __init__(self, *, owner_tag: str, creates: str = "create_endpoint", **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.owner_tag = owner_tag
        self.creates = creates

    def execute(self, context: Context) -> None:
        name, instance = self.endpoint_name, context["ti"]
        if self.training_plan.keep_endpoint:
            self.log.info("Nothing to delete: the plan keeps the endpoint %s", name)
            return
        has_skipped = left_by(instance, self.creates, SKIPPED_BECAUSE) is not None
        is_deleted = deletions.delete(
            self.workspace,
            name,
            self.owner_tag,
            looks_on=may_have_asked(instance, self.creates) and not has_skipped,
            timeout=self.timeout,
            clock=self.clock,
        )
        if not is_deleted:
            self.log.info("Nothing to delete: there is no endpoint %s that this run created", name)
