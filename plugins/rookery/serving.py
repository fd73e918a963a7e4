"""What a serving endpoint serves, is asked to serve, and whether it is ours."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rookery.exceptions import EndpointError
from rookery.run_names import TAG_OWNER

if TYPE_CHECKING:
    from databricks.sdk import WorkspaceClient
    from databricks.sdk.service.serving import (
        EndpointCoreConfigOutput,
        EndpointPendingConfig,
        ServedEntityInput,
        ServedEntityOutput,
        ServingEndpointDetailed,
    )

TAG_DAG_ID = "rookery_dag_id"

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
        entities = (config and config.served_entities) or []
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


def require_ours(endpoint: ServingEndpointDetailed, dag_id: str) -> None:
    """Raise EndpointError unless this DAG made the endpoint."""
    made_by = _tags(endpoint).get(TAG_DAG_ID)
    if made_by == dag_id:
        return
    whose = f"belongs to the DAG {made_by}" if made_by else f"was not made by Rookery (no tag {TAG_DAG_ID})"
    raise EndpointError(
        f"the endpoint {endpoint.name} exists and {whose}; name another one in the plan, or delete it"
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
    entities = (endpoint.config and endpoint.config.served_entities) or []
    return _config_update(endpoint) == "NOT_UPDATING" and any(
        entity.entity_name == than.registered_model_name
        and int(entity.entity_version or 0) > int(than.version)
        for entity in entities
    )


def superseded(endpoint: ServingEndpointDetailed, wanted: Served) -> EndpointError:
    """The error of a run whose version another run has replaced while this one waited for it."""
    served = ", ".join(
        str(each.entity_version) for each in (endpoint.config and endpoint.config.served_entities) or []
    )
    return EndpointError(
        f"the endpoint {endpoint.name} serves version {served} of {wanted.registered_model_name}, which "
        f"another run has asked for since: version {wanted.version} of this run was replaced"
    )


def state_of(endpoint: ServingEndpointDetailed) -> str:
    """The endpoint and its state, in Databricks' words."""
    ready = endpoint.state and endpoint.state.ready
    state = f"{ready.value if ready else 'in no known state'}, {_config_update(endpoint) or 'no update'}"
    return f"the endpoint {endpoint.name} is {state}"


def failure(endpoint: ServingEndpointDetailed) -> EndpointError:
    """The error that says why an update failed, with the deployment's own messages."""
    entities = (endpoint.pending_config and endpoint.pending_config.served_entities) or []
    messages = [
        f"{entity.name}: {entity.state.deployment_state_message}"
        for entity in entities
        if entity.state and entity.state.deployment_state_message
    ]
    why = "; ".join(messages) or "see the endpoint's build and service logs"
    return EndpointError(f"the endpoint {endpoint.name} is {_config_update(endpoint)}: {why}", retriable=True)


def _config_update(endpoint: ServingEndpointDetailed) -> str:
    update = endpoint.state and endpoint.state.config_update
    return update.value if update else ""


def _tags(endpoint: ServingEndpointDetailed) -> dict[str, str | None]:
    return {tag.key: tag.value for tag in endpoint.tags or []}
