"""Instance pools: https://docs.databricks.com/api/azure/workspace/instancepools

A pool gives its clusters their node type. There are no idle machines here: every cluster starts as quickly.
"""

import secrets
from collections.abc import Mapping
from typing import Any

from local_workspace.clusters.node_types import node_type
from local_workspace.clusters.runtimes.offered import check_runtime
from local_workspace.clusters.spec import ClusterSpec
from local_workspace.errors import InvalidParameterValue, ResourceDoesNotExist
from local_workspace.settings import Settings
from local_workspace.store import Document, Store

_FIXED = ("node_type_id", "azure_attributes", "preloaded_spark_versions", "default_tags", "instance_pool_id")


class InstancePools:
    """Every pool; safe to use from every thread."""

    def __init__(self, settings: Settings, store: Store) -> None:
        self._user = settings.user_name
        self._store = store
        self._pools = store.collection("instance_pools")

    def create(self, fields: Mapping[str, Any]) -> str:
        """A new pool; its id."""
        node_type(fields["node_type_id"])
        versions = fields.get("preloaded_spark_versions", ())
        if len(versions) > 1:
            raise InvalidParameterValue(f"A pool may have one preloaded Spark version, got {len(versions)}.")
        for version in versions:
            check_runtime(version)
        pool_id = f"pool-{secrets.token_hex(8)}"
        default_tags = {
            "Vendor": "Databricks",
            "DatabricksInstancePoolId": pool_id,
            "DatabricksInstancePoolCreatorId": self._user,
        }
        own = {"instance_pool_id": pool_id, "default_tags": default_tags, "enable_elastic_disk": True}
        self._put(pool_id, own | dict(fields))
        return pool_id

    def edit(self, pool_id: str, fields: Mapping[str, Any]) -> None:
        """Change a pool; its node type is for ever."""
        pool = self.get(pool_id)
        if fields["node_type_id"] != pool["node_type_id"]:
            raise InvalidParameterValue(
                f"node_type_id of a pool cannot be changed: it is {pool['node_type_id']}, "
                f"got {fields['node_type_id']}."
            )
        kept = {name: pool[name] for name in _FIXED if name in pool}
        self._put(pool_id, {"enable_elastic_disk": True} | dict(fields) | kept)

    def get(self, pool_id: str) -> Document:
        """A pool as it was asked for. Raises `ResourceDoesNotExist`."""
        pool = self._pools.get(pool_id)
        if pool is None:
            raise ResourceDoesNotExist(f"Can't find an instance pool with id: {pool_id}.")
        return pool

    def all(self) -> list[Document]:
        """All of them, oldest first."""
        return self._pools.values()

    def delete(self, pool_id: str) -> None:
        """Forget a pool; clusters that run go on."""
        self.get(pool_id)
        self._pools.delete(pool_id)

    def applied(self, spec: ClusterSpec) -> ClusterSpec:
        """A request with the node types of its pools."""
        driver_pool = spec.driver_instance_pool_id or spec.instance_pool_id
        if not spec.instance_pool_id:
            if driver_pool:
                raise InvalidParameterValue("driver_instance_pool_id needs an instance_pool_id beside it.")
            return spec
        for field in ("node_type_id", "driver_node_type_id"):
            if getattr(spec, field):
                raise InvalidParameterValue(
                    f"The field '{field}' cannot be supplied when an instance pool ID is provided."
                )
        types = {
            "node_type_id": self._node_type(spec.instance_pool_id),
            "driver_node_type_id": self._node_type(driver_pool or spec.instance_pool_id),
        }
        return spec.model_copy(update=types)

    def _node_type(self, pool_id: str) -> str:
        try:
            return str(self.get(pool_id)["node_type_id"])
        except ResourceDoesNotExist as error:
            raise InvalidParameterValue(str(error)) from error

    def _put(self, pool_id: str, pool: Document) -> None:
        with self._store.transaction():
            for other in self._pools.values():
                same = other["instance_pool_name"] == pool["instance_pool_name"]
                if same and other["instance_pool_id"] != pool_id:
                    raise InvalidParameterValue(
                        f"An instance pool with the name {pool['instance_pool_name']} already exists."
                    )
            self._pools.put(pool_id, pool)
