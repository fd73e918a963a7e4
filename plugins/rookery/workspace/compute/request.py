"""The cluster that a run asks for, as the Clusters API takes it.

https://docs.databricks.com/api/azure/workspace/clusters/create
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from rookery.workspace.leases import lease_from, owned_by


class Workers(NamedTuple):
    """How many workers a cluster has, at the fewest and at the most."""

    fewest: int = 0
    most: int = 0

    def body(self) -> dict[str, Any]:
        """The fields of `clusters/create` that ask for them."""
        if self.fewest == self.most:
            return {"num_workers": self.fewest}
        return {"autoscale": {"min_workers": self.fewest, "max_workers": self.most}}

    def __str__(self) -> str:
        if not self.most:
            return "single node"
        if self.fewest == self.most == 1:
            return "1 worker"
        return (
            f"{self.fewest} workers" if self.fewest == self.most else f"{self.fewest} to {self.most} workers"
        )


# What makes a cluster without workers one that can run Spark tasks.
_SINGLE_NODE_CONF = {"spark.databricks.cluster.profile": "singleNode", "spark.master": "local[*]"}
_SINGLE_NODE_TAGS = {"ResourceClass": "SingleNode"}


@dataclass(frozen=True)
class ClusterRequest:
    """The cluster that a run asks for. Without a `spark_version`, it gets the newest runtime that fits.

    `nodes` says in words what they are. `settings` are further fields of the request, the nodes' among them.
    """

    name: str
    owner: str
    user_name: str
    nodes: str
    autotermination_minutes: int
    spark_version: str | None
    workers: Workers
    spark_conf: Mapping[str, str]
    custom_tags: Mapping[str, str] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)

    def body(self, spark_version: str, now: datetime) -> dict[str, Any]:
        """The body of `clusters/create`: single user, without Photon, a single node unless it has workers."""
        conf, tags = ({}, {}) if self.workers.most else (_SINGLE_NODE_CONF, _SINGLE_NODE_TAGS)
        return {
            "cluster_name": self.name,
            "spark_version": spark_version,
            **self.settings,
            **self.workers.body(),
            "autotermination_minutes": self.autotermination_minutes,
            "spark_conf": {**self.spark_conf, **conf},
            "custom_tags": {**self.custom_tags, **tags, **owned_by(self.owner), **lease_from(now)},
            "data_security_mode": "SINGLE_USER",
            "single_user_name": self.user_name,
            "runtime_engine": "STANDARD",
        }
