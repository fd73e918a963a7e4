"""Which version of a model the endpoints of a workspace serve."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, NamedTuple

from rookery.redaction import redacted
from rookery.workspace.leases import TAG_DAG_ID, TAG_INSTALLATION

if TYPE_CHECKING:
    from databricks.sdk import WorkspaceClient
    from databricks.sdk.service.serving import ServingEndpoint

log = logging.getLogger(__name__)


class ServedVersion(NamedTuple):
    """A version, and the endpoint that serves it."""

    version: str
    endpoint_name: str


def served_version(
    workspace: WorkspaceClient, registered_model_name: str, installation: str
) -> ServedVersion | None:
    """The version of the model that an endpoint of this Airflow installation serves, the highest if several
    do; None if none does, or if the workspace does not list its endpoints."""
    from databricks.sdk import errors

    try:
        return _highest(workspace, registered_model_name, installation)
    except (errors.BadRequest, errors.NotFound, errors.PermissionDenied) as error:
        log.warning("The serving endpoints cannot be listed: %s", redacted(str(error)))
        return None


def _highest(
    workspace: WorkspaceClient, registered_model_name: str, installation: str
) -> ServedVersion | None:
    # https://docs.databricks.com/api/azure/workspace/servingendpoints/list
    found = [
        ServedVersion(version, str(endpoint.name))
        for endpoint in workspace.serving_endpoints.list()
        if _is_ready_and_ours(endpoint, installation)
        for version in _versions(endpoint, registered_model_name)
    ]
    return max(found, key=lambda served: int(served.version), default=None)


def _is_ready_and_ours(endpoint: ServingEndpoint, installation: str) -> bool:
    tags = {tag.key: tag.value for tag in endpoint.tags or []}
    ready = endpoint.state and endpoint.state.ready
    ours = TAG_DAG_ID in tags and tags.get(TAG_INSTALLATION) == installation
    return ours and bool(ready and ready.value == "READY")


def _versions(endpoint: ServingEndpoint, registered_model_name: str) -> list[str]:
    entities = (endpoint.config and endpoint.config.served_entities) or []
    return [
        str(each.entity_version)
        for each in entities
        if each.entity_name == registered_model_name and str(each.entity_version).isdecimal()
    ]
