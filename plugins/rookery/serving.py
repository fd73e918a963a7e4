"""What a serving endpoint serves, is asked to serve, and whether it is ours."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from rookery.exceptions import EndpointError
from rookery.run_names import ANY_INSTALLATION, TAG_EXPIRES_AT, TAG_OWNER

if TYPE_CHECKING:
    from databricks.sdk import WorkspaceClient
    from databricks.sdk.service.serving import (
        EndpointCoreConfigOutput,
        EndpointPendingConfig,
        ServedEntityInput,
        ServedEntityOutput,
        ServingEndpointDetailed,
    )

TAG_INSTALLATION = "rookery_installation"
TAG_DAG_ID = "rookery_dag_id"
TAG_RUN_AFTER = "rookery_run_after"

_UNSAFE = re.compile(r"[^A-Za-z0-9_-]+")


@dataclass(frozen=True)
class Served:
    """A model version at a workload size."""

    registered_model_name: str
    version: str
    workload_size: str
    scale_to_zero_enabled: bool

    def entity(self) -> ServedEntityInput:
        """The served entity of the Serving API. It is named explicitly: the default name would have the
        spaces of "Penguin Predictor", which the API refuses."""
        from databricks.sdk.service.serving import ServedEntityInput

        model = _UNSAFE.sub("-", self.registered_model_name.rpartition(".")[2]).strip("-") or "model"
        return ServedEntityInput(
            name=f"{model}-{self.version}",
            entity_name=self.registered_model_name,
            entity_version=self.version,
            workload_size=self.workload_size,
            scale_to_zero_enabled=self.scale_to_zero_enabled,
        )

    def is_in(self, config: EndpointCoreConfigOutput | EndpointPendingConfig | None) -> bool:
        """Whether the config serves exactly this."""
        entities = _entities(config)
        return len(entities) == 1 and self._equals(entities[0])

    def _equals(self, entity: ServedEntityOutput) -> bool:
        return self == Served(
            str(entity.entity_name),
            str(entity.entity_version),
            str(entity.workload_size),
            bool(entity.scale_to_zero_enabled),
        )


def find(workspace: WorkspaceClient, name: str) -> ServingEndpointDetailed | None:
    """The endpoint, or None if there is none of this name."""
    from databricks.sdk.errors import NotFound

    try:
        return workspace.serving_endpoints.get(name)
    except NotFound:
        return None


def owner_of(endpoint: ServingEndpointDetailed) -> str | None:
    """The DAG run that created the endpoint, by its tag."""
    return _tags(endpoint).get(TAG_OWNER)


def installation_of(endpoint: ServingEndpointDetailed) -> str | None:
    """The Airflow installation whose DAG made the endpoint, by its tag."""
    return _tags(endpoint).get(TAG_INSTALLATION)


def has_lease(endpoint: ServingEndpointDetailed) -> bool:
    """Whether the endpoint was made to be deleted at the end of its run."""
    return TAG_EXPIRES_AT in _tags(endpoint)


def require_ours(endpoint: ServingEndpointDetailed, dag_id: str, installation: str) -> None:
    """Raise EndpointError unless this DAG of this Airflow installation (or of any, for ANY_INSTALLATION) made
    the endpoint."""
    made_by, made_in = _tags(endpoint).get(TAG_DAG_ID), installation_of(endpoint)
    if made_by != dag_id:
        whose = (
            f"belongs to the DAG {made_by}" if made_by else f"was not made by Rookery (no tag {TAG_DAG_ID})"
        )
        raise EndpointError(
            f"the endpoint {endpoint.name} exists and {whose}; name another one in the plan, or delete it"
        )
    if installation not in (made_in, ANY_INSTALLATION):
        raise EndpointError(
            f"the endpoint {endpoint.name} exists and belongs to the DAG {dag_id} of another Airflow "
            f"installation, {made_in} (this is {installation}); name another one in the plan, delete it, or, "
            f"if this Airflow has replaced that one, set its Variable rookery_installation to {made_in}"
        )


def is_updating(endpoint: ServingEndpointDetailed) -> bool:
    """Whether a config is being deployed."""
    return _config_update(endpoint) == "IN_PROGRESS"


def has_failed(endpoint: ServingEndpointDetailed) -> bool:
    """Whether the last update came to nothing."""
    return _config_update(endpoint) in ("UPDATE_FAILED", "UPDATE_CANCELED")


def serves(endpoint: ServingEndpointDetailed, wanted: Served) -> bool:
    """Whether requests are answered by `wanted`, and no update is on its way."""
    ready = endpoint.state and endpoint.state.ready and endpoint.state.ready.value == "READY"
    return bool(ready) and _config_update(endpoint) == "NOT_UPDATING" and wanted.is_in(endpoint.config)


def serves_newer(endpoint: ServingEndpointDetailed, than: Served) -> bool:
    """Whether a newer version of the same model is served, and no update is on its way."""
    return _config_update(endpoint) == "NOT_UPDATING" and _has_newer(endpoint, than)


def later_than(endpoint: ServingEndpointDetailed, run_after: datetime, wanted: Served) -> str:
    """Why the endpoint is further on than a run with this `run_after` that wants to serve `wanted`, else "".

    A run's `run_after` is the end of its data interval, or the moment at which it was triggered. Where no run
    has left its own at the endpoint, the versions' numbers decide.
    """
    deployed = _run_after(endpoint)
    served = f"the endpoint {endpoint.name} serves version {_versions(endpoint)}"
    if deployed is None:
        newer = _has_newer(endpoint, wanted)
        return f"{served}, which is newer than version {wanted.version} of this run" if newer else ""
    if deployed <= run_after:
        return ""
    return f"{served} of a later run ({_minute(deployed)}; this one: {_minute(run_after)})"


def _run_after(endpoint: ServingEndpointDetailed) -> datetime | None:
    try:
        return datetime.fromisoformat(_tags(endpoint).get(TAG_RUN_AFTER) or "").astimezone(UTC)
    except ValueError:
        return None


def superseded(endpoint: ServingEndpointDetailed, wanted: Served) -> EndpointError:
    """The error of a run whose version another run has replaced while this one waited for it."""
    return EndpointError(
        f"the endpoint {endpoint.name} serves version {_versions(endpoint)} of "
        f"{wanted.registered_model_name}, which another run has asked for since: version {wanted.version} of "
        "this run was replaced"
    )


def state_of(endpoint: ServingEndpointDetailed) -> str:
    """The endpoint and its state, in Databricks' words."""
    ready = endpoint.state and endpoint.state.ready
    state = f"{ready.value if ready else 'in no known state'}, {_config_update(endpoint) or 'no update'}"
    return f"the endpoint {endpoint.name} is {state}"


def another_failed(endpoint: ServingEndpointDetailed, wanted: Served) -> bool:
    """Whether the last update came to nothing and was not for `wanted`, but asked for by another run."""
    return (
        has_failed(endpoint) and bool(endpoint.pending_config) and not wanted.is_in(endpoint.pending_config)
    )


def failure(endpoint: ServingEndpointDetailed, wanted: Served) -> EndpointError:
    """The error that says why an update failed, with the deployment's own messages, and whose it was."""
    entities = _entities(endpoint.pending_config)
    messages = [
        f"{entity.name}: {entity.state.deployment_state_message}"
        for entity in entities
        if entity.state and entity.state.deployment_state_message
    ]
    why = "; ".join(messages) or "see the endpoint's build and service logs"
    told = f"the endpoint {endpoint.name} is {_config_update(endpoint)}: {why}"
    if another_failed(endpoint, wanted):
        asked = ", ".join(str(entity.entity_version) for entity in entities)
        told += (
            f"; this is the update to version {asked}, which another run has asked for in place of version "
            f"{wanted.version} of this run"
        )
    # Also another run's: what is seen just after an update was asked for may be older than that.
    return EndpointError(told, retriable=True)


def _has_newer(endpoint: ServingEndpointDetailed, than: Served) -> bool:
    return any(
        entity.entity_name == than.registered_model_name
        and int(entity.entity_version or 0) > int(than.version)
        for entity in _entities(endpoint.config)
    )


def _minute(instant: datetime) -> str:
    return f"{instant.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def _versions(endpoint: ServingEndpointDetailed) -> str:
    return ", ".join(str(each.entity_version) for each in _entities(endpoint.config))


def _entities(config: EndpointCoreConfigOutput | EndpointPendingConfig | None) -> list[ServedEntityOutput]:
    return (config and config.served_entities) or []


def _config_update(endpoint: ServingEndpointDetailed) -> str:
    update = endpoint.state and endpoint.state.config_update
    return update.value if update else ""


def _tags(endpoint: ServingEndpointDetailed) -> dict[str, str | None]:
    return {tag.key: tag.value for tag in endpoint.tags or []}
