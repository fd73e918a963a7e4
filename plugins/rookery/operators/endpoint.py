"""The serving endpoint: created or updated, waited for, asked, and deleted if it was only for this run."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from rookery.form.run_conf import asks_to_deploy
from rookery.links import EndpointLink, endpoint_page
from rookery.operators.bases.databricks import PlanOperator
from rookery.operators.bases.own_state import (
    SKIPPED_BECAUSE,
    begin_to_ask,
    left_by,
    may_have_asked,
    require_wanted,
)
from rookery.workspace import storage
from rookery.workspace.endpoints import answers, deletions, deployments
from rookery.workspace.endpoints.answers import Answer
from rookery.workspace.endpoints.deployments import Deployment
from rookery.workspace.endpoints.states import Served
from rookery.workspace.registered_models import RegisteredVersion
from rookery_jobs.contract import Manifest, manifest_path

if TYPE_CHECKING:
    from airflow.sdk import BaseOperatorLink, Context
    from airflow.sdk.types import DagRunProtocol


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
    """Base of the operators that know which version to serve: `model` is what `register_model` returned."""

    template_fields: Sequence[str] = (*EndpointOperator.template_fields, "model")

    def __init__(self, *, model: dict[str, Any], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.model = model

    def wanted(self) -> Served:
        """What the endpoint is to serve."""
        registered, endpoint = RegisteredVersion.from_xcom(self.model), self.training_plan.endpoint
        return Served(
            registered.registered_model_name,
            registered.version,
            endpoint.workload_size,
            endpoint.scale_to_zero_enabled,
        )


class CreateEndpointOperator(ServeModelOperator):
    """Create the endpoint, or update it if this DAG made it earlier; returns its name, without waiting.

    It is skipped if the run does not deploy. It is also skipped if a later run has deployed, unless the conf
    says `deploy: true`: who clears an old run does not mean to put its model in place of today's. Raises
    EndpointError for an endpoint of this name that is not this DAG's, and TaskStopped if the run does not
    want it any more.
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
        begin_to_ask(instance)
        self.show_endpoint(context)
        later = deployments.deploy(
            self.workspace,
            self._deployment(run),
            over_later=asks_to_deploy(run.conf or {}),
            timeout=self.timeout,
            require_wanted=lambda: require_wanted(instance),
            clock=self.clock,
        )
        if later:
            why = f"not deployed: {later}; a run whose conf says deploy: true replaces it all the same"
            raise self.skipped(context, why)
        return self.endpoint_name

    def _deployment(self, run: DagRunProtocol) -> Deployment:
        return Deployment(
            endpoint_name=self.endpoint_name,
            served=self.wanted(),
            owner=self.owner_tag,
            installation=self.installation,
            dag_id=run.dag_id,
            run_after=run.run_after,
            is_kept=self.training_plan.keep_endpoint,
        )


class WaitForEndpointOperator(ServeModelOperator):
    """Wait until the endpoint is READY with the run's version; a retry asks again for an update that failed.

    Raises EndpointError with the reason if the update fails, or if a newer version of another run is served.
    """

    def execute(self, context: Context) -> None:
        self.show_endpoint(context)
        deployments.wait_until_served(
            self.workspace,
            self.endpoint_name,
            self.wanted(),
            is_retry=context["ti"].try_number > 1,
            timeout=self.timeout,
        )


class QueryEndpointOperator(EndpointOperator):
    """Send the plan's request, or the snapshot's example row, and check that the answer has one prediction of
    the label's type per record, and probabilities if the plan wants them. Returns an Answer. Raises
    EndpointError."""

    template_fields: Sequence[str] = (*EndpointOperator.template_fields, "snapshot_path")

    def __init__(self, *, snapshot_path: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.snapshot_path = snapshot_path

    def execute(self, context: Context) -> dict[str, Any]:
        self.show_endpoint(context)
        plan = self.training_plan
        planned = plan.endpoint.dataframe_records
        records = planned or [self._example()]
        predictions = answers.ask(
            self.workspace,
            self.endpoint_name,
            records,
            plan.type_of_label,
            probabilities=plan.probabilities,
        )
        self.log.info("%s answers with %s", self.endpoint_name, predictions)
        return Answer(list(planned) if planned else None, predictions).to_xcom()

    def _example(self) -> dict[str, float | str | bool | None]:
        text = storage.read_text(self.workspace, manifest_path(self.snapshot_path))
        return Manifest.from_json(text).example


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
