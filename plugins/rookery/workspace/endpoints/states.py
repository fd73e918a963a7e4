"""What an endpoint serves, whether an update is on its way, and what became of the last one."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from rookery.exceptions import EndpointError
from rookery.workspace.leases import TAG_INSTALLATION, Tags, is_owned, require_dags_own

if TYPE_CHECKING:
    from databricks.sdk import WorkspaceClient
    from databricks.sdk.service.serving import (
        EndpointCoreConfigOutput,
        EndpointPendingConfig,
        ServedEntityInput,
        ServedEntityOutput,
        ServingEndpointDetailed,
    )

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
        """The served entity of the Serving API. It has a name of its own: the default name would have the
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
        """Whether the config has exactly this version, whatever its share of the requests."""
        return any(self._equals(each) for each in _entities(config))

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


def endpoint_fact(name: str, dag_id: str, installation: str, workspace: WorkspaceClient) -> str:
    """Whether the name is free or this DAG's, in words. Raises EndpointError if it is somebody else's."""
    # https://docs.databricks.com/api/azure/workspace/servingendpoints/get
    found = find(workspace, name)
    if found is None:
        return f"{name} is free"
    tags = tags_of(found)
    require_dags_own(name, tags, dag_id, installation)
    return f"{name} is this DAG's, of the Airflow installation {tags.get(TAG_INSTALLATION)}"


def tags_of(endpoint: ServingEndpointDetailed) -> Tags:
    """The endpoint's tags."""
    return {tag.key: tag.value for tag in endpoint.tags or []}


def is_of_run(endpoint: ServingEndpointDetailed | None, owner: str) -> bool:
    """Whether there is an endpoint, and the DAG run `owner` has created it."""
    return endpoint is not None and is_owned(tags_of(endpoint), owner)


def is_updating(endpoint: ServingEndpointDetailed) -> bool:
    """Whether a config is being deployed."""
    return _config_update(endpoint) == "IN_PROGRESS"


def has_failed(endpoint: ServingEndpointDetailed) -> bool:
    """Whether the last update has failed or was cancelled."""
    return _config_update(endpoint) in ("UPDATE_FAILED", "UPDATE_CANCELED")


def is_settled(endpoint: ServingEndpointDetailed) -> bool:
    """Whether what it serves answers, and no update is on its way."""
    ready = endpoint.state and endpoint.state.ready and endpoint.state.ready.value == "READY"
    return bool(ready) and _config_update(endpoint) == "NOT_UPDATING"


def serves(endpoint: ServingEndpointDetailed, wanted: Served) -> bool:
    """Whether `wanted` answers, be it by its own address alone, and no update is on its way."""
    return is_settled(endpoint) and wanted.is_in(endpoint.config)


def serves_newer(endpoint: ServingEndpointDetailed, than: Served) -> bool:
    """Whether a newer version of the same model is served, and no update is on its way."""
    return _config_update(endpoint) == "NOT_UPDATING" and _has_newer(endpoint, than)


def later_than(endpoint: ServingEndpointDetailed, run_after: datetime, wanted: Served) -> str:
    """That the endpoint serves the version of a later run, in words; "" if it does not.

    The run that asks has this `run_after` and wants to serve `wanted`. A run's `run_after` is the end of its
    data interval, or the moment at which it was triggered. An endpoint that has no tag with the `run_after`
    of its last deployment is compared by version.
    """
    deployed = _run_after(endpoint)
    served = f"the endpoint {endpoint.name} serves version {_versions(endpoint)}"
    if deployed is None:
        newer = _has_newer(endpoint, wanted)
        return f"{served}, which is newer than version {wanted.version} of this run" if newer else ""
    if deployed <= run_after:
        return ""
    return f"{served} of a later run ({_minute(deployed)}; this one: {_minute(run_after)})"


def state_of(endpoint: ServingEndpointDetailed | None) -> str:
    """The endpoint and its state, in Databricks' words."""
    if endpoint is None:
        return "it is gone"
    ready = endpoint.state and endpoint.state.ready
    state = f"{ready.value if ready else 'in no known state'}, {_config_update(endpoint) or 'no update'}"
    return f"the endpoint {endpoint.name} is {state}"


def another_failed(endpoint: ServingEndpointDetailed, wanted: Served) -> bool:
    """Whether the last update has failed, and another run had asked for it: it was not to `wanted`."""
    pending = endpoint.pending_config
    return has_failed(endpoint) and bool(pending) and not wanted.is_in(pending)


def superseded(endpoint: ServingEndpointDetailed, wanted: Served) -> EndpointError:
    """The error of a run that waited for its version until another run replaced it."""
    return EndpointError(
        f"the endpoint {endpoint.name} serves version {_versions(endpoint)} of "
        f"{wanted.registered_model_name}, which another run has asked for since: version {wanted.version} of "
        "this run was replaced"
    )


def update_failure(endpoint: ServingEndpointDetailed) -> EndpointError:
    """The error that says why an update failed, in the deployment's own words."""
    return EndpointError(_why_failed(endpoint), retriable=True)


def failure(endpoint: ServingEndpointDetailed, wanted: Served) -> EndpointError:
    """The same, and which run's update it was."""
    told = _why_failed(endpoint)
    if another_failed(endpoint, wanted):
        asked = ", ".join(str(entity.entity_version) for entity in _entities(endpoint.pending_config))
        told += (
            f"; this is the update to version {asked}, which another run has asked for in place of version "
            f"{wanted.version} of this run"
        )
    # Another run's failure may be old news: just after an update is asked for, the state of the one before
    # can still be seen.
    return EndpointError(told, retriable=True)


def _why_failed(endpoint: ServingEndpointDetailed) -> str:
    messages = [
        f"{entity.name}: {entity.state.deployment_state_message}"
        for entity in _entities(endpoint.pending_config)
        if entity.state and entity.state.deployment_state_message
    ]
    why = "; ".join(messages) or "see the endpoint's build and service logs"
    return f"the endpoint {endpoint.name} is {_config_update(endpoint)}: {why}"


def _run_after(endpoint: ServingEndpointDetailed) -> datetime | None:
    try:
        return datetime.fromisoformat(tags_of(endpoint).get(TAG_RUN_AFTER) or "").astimezone(UTC)
    except ValueError:
        return None


def _has_newer(endpoint: ServingEndpointDetailed, than: Served) -> bool:
    return any(
        entity.entity_name == than.registered_model_name
        and int(entity.entity_version or 0) > int(than.version)
        for entity in _answering(endpoint.config)
    )


def _minute(instant: datetime) -> str:
    return f"{instant.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def _versions(endpoint: ServingEndpointDetailed) -> str:
    return ", ".join(str(each.entity_version) for each in _answering(endpoint.config))


def _answering(config: EndpointCoreConfigOutput | None) -> list[ServedEntityOutput]:
    """The entities that get requests: one at 0 % was left by a run that failed, or is being tried."""
    routes = (config and config.traffic_config and config.traffic_config.routes) or []
    silent = {
        route.served_entity_name or route.served_model_name
        for route in routes
        if not route.traffic_percentage
    }
    return [each for each in _entities(config) if each.name not in silent]


def _entities(config: EndpointCoreConfigOutput | EndpointPendingConfig | None) -> list[ServedEntityOutput]:
    return (config and config.served_entities) or []


def _config_update(endpoint: ServingEndpointDetailed) -> str:
    update = endpoint.state and endpoint.state.config_update
    return update.value if update else ""
