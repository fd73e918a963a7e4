"""The serving endpoint: created or updated, waited for, asked, and deleted if it was only for this run."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from airflow.sdk.exceptions import AirflowSkipException

from rookery import serving, storage
from rookery.exceptions import EndpointError
from rookery.links import EndpointLink, endpoint_page
from rookery.operators.base import DatabricksOperator
from rookery.params import asks_to_deploy
from rookery.plan.training import TrainingPlan
from rookery.polling import poll
from rookery.run_names import TAG_EXPIRES_AT, TAG_OWNER
from rookery.serving import Served
from rookery_jobs.contract import Manifest, manifest_path

if TYPE_CHECKING:
    from airflow.sdk import BaseOperatorLink, Context
    from airflow.sdk.types import DagRunProtocol
    from databricks.sdk.service.serving import ServingEndpointDetailed

_LEASE = timedelta(hours=24)


class EndpointOperator(DatabricksOperator):
    """Base of the operators for the endpoint of a run's plan."""

    template_fields: Sequence[str] = ("plan",)
    operator_extra_links: Sequence[BaseOperatorLink] = (EndpointLink(),)

    def __init__(
        self, *, plan: dict[str, Any], timeout: timedelta = timedelta(minutes=35), **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.plan = plan
        self.timeout = timeout

    def resolved_plan(self) -> TrainingPlan:
        """The run's plan, as `resolve_plan` has settled it."""
        return TrainingPlan.model_validate(self.plan)

    def show_endpoint(self, context: Context) -> str:
        """Show the link to the endpoint, and return the endpoint's name."""
        name = self.resolved_plan().endpoint.name
        self.show_link(context, EndpointLink(), endpoint_page(self.workspace_url, name))
        return name


class ServeModelOperator(EndpointOperator):
    """Base of the operators that know which version to serve: `model` is what `register_model` returned."""

    template_fields: Sequence[str] = (*EndpointOperator.template_fields, "model")

    def __init__(self, *, model: dict[str, Any], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.model = model

    def wanted(self) -> Served:
        """What the endpoint is to serve."""
        endpoint = self.resolved_plan().endpoint
        return Served(
            self.model["registered_model_name"],
            self.model["version"],
            endpoint.workload_size,
            endpoint.scale_to_zero_enabled,
        )


class CreateEndpointOperator(ServeModelOperator):
    """Create the endpoint, or update it if this DAG made it earlier; returns its name, without waiting.

    What an earlier try has already asked for is not asked again. Skips itself if the run does not deploy, and
    if a later run has deployed, unless the conf says `deploy: true`: who clears an old run does not mean to
    put its model over today's. Raises EndpointError for an endpoint of this name that is not ours.
    """

    template_fields: Sequence[str] = (*ServeModelOperator.template_fields, "installation", "owner_tag")

    def __init__(self, *, installation: str, owner_tag: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.installation = installation
        self.owner_tag = owner_tag

    def execute(self, context: Context) -> str:
        plan, run = self.resolved_plan(), context["dag_run"]
        if not plan.deploy:
            raise AirflowSkipException("this run does not deploy (deploy is false)")
        name = self.show_endpoint(context)
        endpoint = serving.find(self.workspace, name)
        tags = self._tags(plan, run)
        if endpoint is None:
            self._create(plan, tags)
            return name
        serving.require_ours(endpoint, run.dag_id, self.installation)
        endpoint = self._after_others(endpoint)
        if not asks_to_deploy(run.conf or {}):
            self._require_latest(endpoint, run)
        self._update(endpoint)
        self._tag(endpoint, tags)
        return name

    def _tags(self, plan: TrainingPlan, run: DagRunProtocol) -> dict[str, str]:
        lease = (datetime.now(UTC) + _LEASE).isoformat(timespec="seconds")
        return {
            TAG_OWNER: self.owner_tag,
            serving.TAG_INSTALLATION: self.installation,
            serving.TAG_DAG_ID: run.dag_id,
            serving.TAG_RUN_AFTER: run.run_after.astimezone(UTC).isoformat(),
            **({} if plan.keep_endpoint else {TAG_EXPIRES_AT: lease}),
        }

    def _create(self, plan: TrainingPlan, tags: Mapping[str, str]) -> None:
        from databricks.sdk.service.serving import EndpointCoreConfigInput, EndpointTag

        name = plan.endpoint.name
        self.log.info("Creating the endpoint %s", name)
        self.workspace.serving_endpoints.create(
            name,
            config=EndpointCoreConfigInput(name=name, served_entities=[self.wanted().entity()]),
            tags=[EndpointTag(key, value) for key, value in tags.items()],
        )

    def _after_others(self, endpoint: ServingEndpointDetailed) -> ServingEndpointDetailed:
        """The endpoint, once no other update is on its way."""
        if not serving.is_updating(endpoint) or self.wanted().is_in(endpoint.pending_config):
            return endpoint
        name = str(endpoint.name)
        self.log.info("Waiting for an update of %s that is on its way", name)
        return poll(
            lambda: self.workspace.serving_endpoints.get(name),
            until=lambda seen: not serving.is_updating(seen),
            timeout=self.timeout.total_seconds(),
            told=serving.state_of,
        )

    def _require_latest(self, endpoint: ServingEndpointDetailed, run: DagRunProtocol) -> None:
        later = serving.later_than(endpoint, run.run_after, self.wanted())
        if later:
            reason = f"{later}; a run whose conf says deploy: true replaces it all the same"
            self.log.info("Not deployed: %s", reason)
            raise AirflowSkipException(reason)

    def _update(self, endpoint: ServingEndpointDetailed) -> None:
        name, wanted = endpoint.name, self.wanted()
        if serving.is_updating(endpoint) or serving.serves(endpoint, wanted):
            self.log.info("%s has been asked for version %s already", name, wanted.version)
            return
        self.log.info("Updating %s to version %s", name, wanted.version)
        self.workspace.serving_endpoints.update_config(str(name), served_entities=[wanted.entity()])

    def _tag(self, endpoint: ServingEndpointDetailed, tags: Mapping[str, str]) -> None:
        """Say which run has deployed last. An endpoint with a lease becomes this run's, to delete or to keep:
        the run that made it may have failed to delete it."""
        from databricks.sdk.service.serving import EndpointTag

        leased = serving.has_lease(endpoint)
        added = tags if leased else {serving.TAG_RUN_AFTER: tags[serving.TAG_RUN_AFTER]}
        ended = [TAG_EXPIRES_AT] if leased and TAG_EXPIRES_AT not in tags else None
        self.workspace.serving_endpoints.patch(
            str(endpoint.name),
            add_tags=[EndpointTag(key, value) for key, value in added.items()],
            delete_tags=ended,
        )


class WaitForEndpointOperator(ServeModelOperator):
    """Wait until the endpoint is READY with the run's version; a retry asks again for an update that failed.

    Raises EndpointError with the reason if the update fails, or if a newer version of another run is served.
    """

    def execute(self, context: Context) -> None:
        name, wanted = self.show_endpoint(context), self.wanted()
        self._ask_again_if_failed(name, context["ti"].try_number)
        newer = partial(serving.serves_newer, than=wanted)
        endpoint = poll(
            lambda: self.workspace.serving_endpoints.get(name),
            until=lambda seen: serving.has_failed(seen) or serving.serves(seen, wanted) or newer(seen),
            timeout=self.timeout.total_seconds(),
            told=serving.state_of,
        )
        if serving.has_failed(endpoint):
            raise serving.failure(endpoint, wanted)
        if not serving.serves(endpoint, wanted):
            raise serving.superseded(endpoint, wanted)
        self.log.info("%s serves version %s", name, wanted.version)

    def _ask_again_if_failed(self, name: str, try_number: int) -> None:
        # Waiting alone would only see the same failure again. Another run's update is not ours to mend.
        if try_number == 1:
            return
        endpoint, wanted = self.workspace.serving_endpoints.get(name), self.wanted()
        if serving.has_failed(endpoint) and not serving.another_failed(endpoint, wanted):
            self.log.info("Updating %s to version %s once more", name, wanted.version)
            self.workspace.serving_endpoints.update_config(name, served_entities=[wanted.entity()])


class QueryEndpointOperator(EndpointOperator):
    """Send the plan's request, or the snapshot's example row, and check that the answer has one finite number
    per record. Returns `{"dataframe_records", "predictions"}`, with None for an example row: who may see what
    Airflow keeps may not be one to see the data. Raises EndpointError."""

    template_fields: Sequence[str] = (*EndpointOperator.template_fields, "snapshot_path")

    def __init__(self, *, snapshot_path: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.snapshot_path = snapshot_path

    def execute(self, context: Context) -> dict[str, Any]:
        name = self.show_endpoint(context)
        planned = self.resolved_plan().endpoint.dataframe_records
        records = list(planned or (self._example(),))
        answer = self.workspace.serving_endpoints.query(name, dataframe_records=records)
        predictions = checked_predictions(answer.predictions, records)
        self.log.info("%s answers with %s", name, predictions)
        return {"dataframe_records": records if planned else None, "predictions": predictions}

    def _example(self) -> dict[str, float | str]:
        text = storage.read_text(self.workspace, manifest_path(self.snapshot_path))
        return Manifest.from_json(text).example


class DeleteEndpointOperator(EndpointOperator):
    """Delete the endpoint if this run created it and is not to keep it; else skip itself."""

    template_fields: Sequence[str] = (*EndpointOperator.template_fields, "owner_tag")

    def __init__(self, *, owner_tag: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.owner_tag = owner_tag

    def execute(self, context: Context) -> None:  # noqa: ARG002 - Airflow's signature
        plan = self.resolved_plan()
        if plan.keep_endpoint:
            raise AirflowSkipException(f"the endpoint {plan.endpoint.name} is kept")
        endpoint = serving.find(self.workspace, plan.endpoint.name)
        if endpoint is None or serving.owner_of(endpoint) != self.owner_tag:
            raise AirflowSkipException(f"there is no endpoint {plan.endpoint.name} that this run created")
        self.log.info("Deleting the endpoint %s", plan.endpoint.name)
        self.workspace.serving_endpoints.delete(plan.endpoint.name)
        poll(
            lambda: serving.find(self.workspace, plan.endpoint.name),
            until=lambda seen: seen is None or serving.owner_of(seen) != self.owner_tag,
            timeout=self.timeout.total_seconds(),
            told=lambda seen: serving.state_of(seen) if seen else "it is gone",
        )


def checked_predictions(predictions: object, records: Sequence[Mapping[str, object]]) -> list[float]:
    """The predictions, if there is one finite number per record. Raises EndpointError."""
    if not isinstance(predictions, list) or len(predictions) != len(records):
        raise EndpointError(f"{len(records)} records were asked, and the answer is {predictions!r}")
    for value in predictions:
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if not number or not math.isfinite(value):
            raise EndpointError(f"the answer {predictions!r} has {value!r}, which is not a finite number")
    return predictions
