"""Libraries of clusters 2.0: https://docs.databricks.com/api/azure/workspace/libraries"""

from typing import Any

from starlette.routing import Route

from local_workspace.api.wire import Answer, routes
from local_workspace.clusters.clusters import Clusters
from local_workspace.clusters.libraries.library import Library
from local_workspace.messages import Message


class ClusterId(Message):
    """A request about the libraries of one cluster."""

    cluster_id: str


class Change(ClusterId):
    """Libraries to install, or to take away."""

    libraries: list[Library]


def library_routes(clusters: Clusters) -> list[Route]:
    """Every method of the Libraries API."""
    libraries = clusters.libraries

    def install(request: Change) -> None:
        clusters.get(request.cluster_id)
        libraries.install(request.cluster_id, request.libraries)

    def uninstall(request: Change) -> None:
        clusters.get(request.cluster_id)
        libraries.uninstall(request.cluster_id, request.libraries)

    def status(cluster_id: str) -> dict[str, Any]:
        clusters.get(cluster_id)
        return {"cluster_id": cluster_id, "library_statuses": libraries.statuses(cluster_id)}

    def all_statuses() -> Answer:
        return {"statuses": [status(each) for each in libraries.clusters()]}

    return [
        *routes("POST", "libraries/install", Change, install),
        *routes("POST", "libraries/uninstall", Change, uninstall),
        *routes("GET", "libraries/cluster-status", ClusterId, lambda m: status(m.cluster_id)),
        *routes("GET", "libraries/all-cluster-statuses", Message, lambda _: all_statuses()),
    ]
