"""The Clusters API 2.1 (and 2.0): https://docs.databricks.com/api/azure/workspace/clusters"""

from typing import Annotated, Any

from pydantic import BeforeValidator, Field
from starlette.routing import Route

from local_workspace.api.wire import Answer, routes
from local_workspace.clusters.clusters import Clusters
from local_workspace.clusters.node_types import NODE_TYPES
from local_workspace.clusters.runtimes.offered import RUNTIMES
from local_workspace.clusters.spec import ClusterSpec
from local_workspace.messages import Message, PageToken

_VERSIONS = "2.1 2.0 2.2"


def _as_list(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


OneOrMany = Annotated[list[str], BeforeValidator(_as_list)]


class ClusterId(Message):
    """A request about one cluster."""

    cluster_id: str


class ListClusters(Message):
    """clusters/list: pages of clusters, filtered by state and source."""

    page_size: int = Field(default=20, ge=0, le=100)
    page_token: PageToken = ""
    states: OneOrMany = Field(default_factory=list, alias="filter_by.cluster_states")
    sources: OneOrMany = Field(default_factory=list, alias="filter_by.cluster_sources")


class ListEvents(Message):
    """clusters/events of one cluster, newest first unless `order` is ASC."""

    cluster_id: str
    order: str = "DESC"
    offset: int = Field(default=0, ge=0)
    limit: int = Field(default=50, ge=1, le=500)
    event_types: OneOrMany = Field(default_factory=list)
    start_time: int = 0
    end_time: int | None = None


def cluster_routes(clusters: Clusters) -> list[Route]:
    """Every route of the Clusters API that this workspace has."""
    return [
        *routes(
            "POST", "clusters/create", ClusterSpec, lambda m: {"cluster_id": clusters.create(m)}, _VERSIONS
        ),
        *routes("GET", "clusters/get", ClusterId, lambda m: clusters.get(m.cluster_id), _VERSIONS),
        *routes("GET", "clusters/list", ListClusters, lambda m: _page(clusters, m), _VERSIONS),
        *routes("POST", "clusters/delete", ClusterId, lambda m: clusters.delete(m.cluster_id), _VERSIONS),
        *routes(
            "POST",
            "clusters/permanent-delete",
            ClusterId,
            lambda m: clusters.permanent_delete(m.cluster_id),
            _VERSIONS,
        ),
        *routes(
            "POST", "clusters/start", ClusterId, lambda m: clusters.start_cluster(m.cluster_id), _VERSIONS
        ),
        *routes("POST", "clusters/events", ListEvents, lambda m: _events(clusters, m), _VERSIONS),
        *routes("GET", "clusters/spark-versions", Message, lambda _: _spark_versions(), _VERSIONS),
        *routes("GET", "clusters/list-node-types", Message, lambda _: _node_types(), _VERSIONS),
    ]


def _page(clusters: Clusters, request: ListClusters) -> Answer:
    states = {state.upper() for state in request.states}
    first, count = int(request.page_token or 0), request.page_size or 20
    found, has_more = clusters.newest(states, first, count, request.sources)
    return {
        "clusters": found,
        "next_page_token": str(first + count) if has_more else "",
        "prev_page_token": "",
    }


def _events(clusters: Clusters, request: ListEvents) -> Answer:
    latest = float("inf") if request.end_time is None else request.end_time
    found = [
        event
        for event in clusters.events(request.cluster_id)
        if request.start_time <= event["timestamp"] <= latest
        and (not request.event_types or event["type"] in request.event_types)
    ]
    if request.order != "ASC":
        found.reverse()
    following = request.offset + request.limit
    answer: dict[str, Any] = {"events": found[request.offset : following], "total_count": len(found)}
    if following < len(found):
        answer["next_page"] = request.model_dump(exclude_unset=True) | {"offset": following}
    return answer


def _spark_versions() -> Answer:
    return {"versions": [{"key": key, "name": name} for key, name in RUNTIMES.items()]}


def _node_types() -> Answer:
    return {"node_types": [node_type.to_wire() for node_type in NODE_TYPES.values()]}
