"""Instance pools 2.0: https://docs.databricks.com/api/azure/workspace/instancepools"""

from typing import Any

from pydantic import Field
from starlette.routing import Route

from local_workspace.api.wire import Answer, routes
from local_workspace.clusters.clusters import Clusters
from local_workspace.clusters.pools.pools import InstancePools
from local_workspace.messages import Message
from local_workspace.store import Document


class CreatePool(Message):
    """A pool: one kind of machine, and how many of them."""

    instance_pool_name: str = Field(min_length=1, max_length=100)
    node_type_id: str
    min_idle_instances: int = Field(default=0, ge=0)
    max_capacity: int | None = Field(default=None, ge=1)
    idle_instance_autotermination_minutes: int = Field(default=60, ge=0, le=10_000)
    preloaded_spark_versions: list[str] = Field(default_factory=list)
    custom_tags: dict[str, str] = Field(default_factory=dict, max_length=45)
    enable_elastic_disk: bool = True
    azure_attributes: dict[str, Any] = Field(default_factory=dict)
    disk_spec: dict[str, Any] = Field(default_factory=dict)


class PoolId(Message):
    """A request about one pool."""

    instance_pool_id: str


class EditPool(CreatePool):
    """The pool anew, but for its machines."""

    instance_pool_id: str


def pool_routes(pools: InstancePools, clusters: Clusters) -> list[Route]:
    """Every method of instance pools."""

    def shown(pool: Document) -> Document:
        used = clusters.capacity.used(pool["instance_pool_id"])
        stats = {"used_count": used, "idle_count": 0, "pending_used_count": 0, "pending_idle_count": 0}
        return pool | {"state": "ACTIVE", "stats": stats, "status": {}}

    def listed() -> Answer:
        return {"instance_pools": [shown(pool) for pool in pools.all()]}

    return [
        *routes(
            "POST",
            "instance-pools/create",
            CreatePool,
            lambda m: {"instance_pool_id": pools.create(_fields(m))},
        ),
        *routes(
            "POST", "instance-pools/edit", EditPool, lambda m: pools.edit(m.instance_pool_id, _fields(m))
        ),
        *routes("POST", "instance-pools/delete", PoolId, lambda m: pools.delete(m.instance_pool_id)),
        *routes("GET", "instance-pools/get", PoolId, lambda m: shown(pools.get(m.instance_pool_id))),
        *routes("GET", "instance-pools/list", Message, lambda _: listed()),
    ]


def _fields(request: CreatePool) -> dict[str, Any]:
    return request.model_dump(exclude={"instance_pool_id"}, exclude_none=True)
