"""The Clusters API 2.1 (and 2.0): https://docs.databricks.com/api/azure/workspace/clusters"""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field
from starlette.routing import Route

from local_workspace.api.compute.events import event_routes
from local_workspace.api.wire import Answer, routes
from local_workspace.clusters.clusters import Clusters
from local_workspace.clusters.node_types import NODE_TYPES
from local_workspace.clusters.records import WantedClusters
from local_workspace.clusters.runtimes.offered import RUNTIMES
from local_workspace.clusters.spec import Autoscale, ClusterSpec
from local_workspace.messages import Message, PageToken, parsed

VERSIONS = "2.1 2.0 2.2"
_ZONES = ["westeurope-1", "westeurope-2", "westeurope-3"]


def _as_list(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


OneOrMany = Annotated[list[str], BeforeValidator(_as_list)]


class ClusterId(Message):
    """A request about one cluster."""

    cluster_id: str


class Edit(ClusterSpec):
    """clusters/edit: the whole request anew."""

    cluster_id: str


class Update(ClusterId):
    """clusters/update: the attributes that `update_mask` names, separated by commas."""

    update_mask: str = Field(pattern=r"^[\w.*-]+(,[\w.*-]+)*$")
    cluster: dict[str, Any] = Field(default_factory=dict)


class Resize(ClusterId):
    """clusters/resize: one of the two."""

    num_workers: int | None = None
    autoscale: Autoscale | None = None


class ChangeOwner(ClusterId):
    """clusters/change-owner."""

    owner_username: str


class ListClusters(Message):
    """clusters/list: pages of clusters, filtered and in an order."""

    page_size: int = Field(default=20, ge=0, le=100)
    page_token: PageToken = ""
    states: OneOrMany = Field(default_factory=list, alias="filter_by.cluster_states")
    sources: OneOrMany = Field(default_factory=list, alias="filter_by.cluster_sources")
    policy_id: str = Field(default="", alias="filter_by.policy_id")
    is_pinned: bool = Field(default=False, alias="filter_by.is_pinned")
    sort_by: Literal["DEFAULT", "CLUSTER_NAME"] = Field(default="DEFAULT", alias="sort_by.field")
    direction: Literal["ASC", "DESC"] | None = Field(default=None, alias="sort_by.direction")

    @property
    def wanted(self) -> WantedClusters:
        """By name: from A to Z, unless DESC is said; else the newest first, unless ASC is said."""
        is_by_name = self.sort_by == "CLUSTER_NAME"
        return WantedClusters(
            states={state.upper() for state in self.states},
            sources=self.sources,
            policy_id=self.policy_id,
            is_pinned=self.is_pinned,
            by="spec.cluster_name" if is_by_name else "",
            descending=self.direction == "DESC" if is_by_name else self.direction != "ASC",
        )


def cluster_routes(clusters: Clusters) -> list[Route]:
    """Every method of the Clusters API."""
    changes = clusters.changes

    def post(name: str, message: Any, handler: Any) -> list[Route]:
        return routes("POST", f"clusters/{name}", message, handler, VERSIONS)

    def get(name: str, message: Any, handler: Any) -> list[Route]:
        return routes("GET", f"clusters/{name}", message, handler, VERSIONS)

    return [
        *post("create", ClusterSpec, lambda m: {"cluster_id": clusters.create(m)}),
        *post("edit", Edit, lambda m: changes.edit(m.cluster_id, _request(m))),
        *post("update", Update, lambda m: changes.update(m.cluster_id, m.update_mask.split(","), m.cluster)),
        *post("resize", Resize, lambda m: changes.resize(m.cluster_id, _size(m))),
        *post("change-owner", ChangeOwner, lambda m: changes.change_owner(m.cluster_id, m.owner_username)),
        *post("pin", ClusterId, lambda m: changes.pin(m.cluster_id)),
        *post("unpin", ClusterId, lambda m: changes.unpin(m.cluster_id)),
        *post("start", ClusterId, lambda m: clusters.start_cluster(m.cluster_id)),
        *post("restart", ClusterId, lambda m: clusters.restart(m.cluster_id)),
        *post("delete", ClusterId, lambda m: clusters.delete(m.cluster_id)),
        *post("permanent-delete", ClusterId, lambda m: clusters.permanent_delete(m.cluster_id)),
        *get("get", ClusterId, lambda m: clusters.get(m.cluster_id)),
        *get("list", ListClusters, lambda m: _page(clusters, m)),
        *get("spark-versions", Message, lambda _: _spark_versions()),
        *get("list-node-types", Message, lambda _: _node_types()),
        *get("list-zones", Message, lambda _: {"zones": _ZONES, "default_zone": _ZONES[0]}),
        *event_routes(clusters, VERSIONS),
    ]


def _request(edit: Edit) -> ClusterSpec:
    return parsed(ClusterSpec, edit.model_dump(exclude={"cluster_id"}, exclude_unset=True))


def _size(resize: Resize) -> dict[str, Any]:
    return resize.model_dump(include={"num_workers", "autoscale"}, exclude_none=True)


def _page(clusters: Clusters, request: ListClusters) -> Answer:
    first, count = int(request.page_token or 0), request.page_size or 20
    found, has_more = clusters.newest(request.wanted, first, count)
    return {
        "clusters": found,
        "next_page_token": str(first + count) if has_more else "",
        "prev_page_token": str(max(0, first - count)) if first else "",
    }


def _spark_versions() -> Answer:
    return {"versions": [{"key": key, "name": name} for key, name in RUNTIMES.items()]}


def _node_types() -> Answer:
    return {"node_types": [node_type.to_wire() for node_type in NODE_TYPES.values()]}
