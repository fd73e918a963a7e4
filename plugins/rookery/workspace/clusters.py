"""A run's cluster: asked for once, waited for, and terminated."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from rookery.exceptions import ClusterError
from rookery.workspace.leases import is_owned, lease_from, owned_by
from rookery.workspace.polling import poll
from rookery.workspace.runtimes import newest_runtime

if TYPE_CHECKING:
    from databricks.sdk import WorkspaceClient
    from databricks.sdk.service.compute import ClusterDetails

_LIVE = ("PENDING", "RUNNING", "RESTARTING", "RESIZING", "TERMINATING")
_STARTED = ("RUNNING", "RESIZING")

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class ClusterRequest:
    """The cluster that a run asks for. Without a `spark_version`, it gets the newest runtime that fits."""

    name: str
    owner: str
    user_name: str
    node_type_id: str
    autotermination_minutes: int
    spark_version: str | None

    def body(self, spark_version: str, now: datetime) -> dict[str, Any]:
        """The body of `clusters/create`: single node and single user, without Photon."""
        return {
            "cluster_name": self.name,
            "spark_version": spark_version,
            "node_type_id": self.node_type_id,
            "num_workers": 0,
            "autotermination_minutes": self.autotermination_minutes,
            "spark_conf": {"spark.databricks.cluster.profile": "singleNode", "spark.master": "local[*]"},
            "custom_tags": {"ResourceClass": "SingleNode", **owned_by(self.owner), **lease_from(now)},
            "data_security_mode": "SINGLE_USER",
            "single_user_name": self.user_name,
            "runtime_engine": "STANDARD",
        }


def ask_for(workspace: WorkspaceClient, wanted: ClusterRequest) -> str:
    """The id of the cluster, which is asked for and not waited for.

    Clusters have no idempotency token: one that an earlier try has asked for is found by name and owner tag,
    and adopted.
    """
    return _adopted(workspace, wanted) or _created(workspace, wanted)


def wait_until_running(
    workspace: WorkspaceClient, cluster_id: str, *, is_retry: bool, timeout: timedelta
) -> ClusterDetails:
    """Wait until the cluster is RUNNING; a retry starts one that has ended meanwhile.

    Raises ClusterError with Databricks' reason if it is not to be.
    """
    if is_retry and state_of(workspace.clusters.get(cluster_id)) == "TERMINATED":
        log.info("Cluster %s is started again", cluster_id)
        workspace.clusters.start(cluster_id)
    cluster = poll(
        lambda: workspace.clusters.get(cluster_id),
        until=lambda seen: state_of(seen) in (*_STARTED, "TERMINATED", "ERROR"),
        timeout=timeout.total_seconds(),
        told=lambda seen: f"cluster {cluster_id} is {state_of(seen)}",
    )
    if state_of(cluster) not in _STARTED:
        raise _not_started(cluster)
    log.info("Cluster %s runs %s", cluster_id, cluster.spark_version)
    return cluster


def terminate(workspace: WorkspaceClient, cluster: ClusterDetails) -> None:
    """Have a cluster terminated, without waiting for that."""
    log.info("Terminating cluster %s, which is %s", cluster.cluster_id, state_of(cluster))
    workspace.clusters.delete(str(cluster.cluster_id))


def wait_until_gone(workspace: WorkspaceClient, name: str, owner: str, timeout: timedelta) -> None:
    """Wait until no cluster with this name and owner tag is left that is not TERMINATED."""
    poll(
        lambda: [each.cluster_id for each in owned_clusters(workspace, name, owner)],
        until=lambda left: not left,
        timeout=timeout.total_seconds(),
        told=lambda left: f"not terminated yet: {left}",
    )


def owned_clusters(workspace: WorkspaceClient, name: str, owner: str) -> Iterator[ClusterDetails]:
    """The clusters, not yet TERMINATED, that have this name and this owner tag."""
    from databricks.sdk.service.compute import ListClustersFilterBy, State

    live = ListClustersFilterBy(cluster_states=[State(state) for state in _LIVE])
    for cluster in workspace.clusters.list(filter_by=live):
        named = cluster.cluster_name == name and state_of(cluster) in _LIVE
        if named and is_owned(cluster.custom_tags, owner):
            yield cluster


def state_of(cluster: ClusterDetails) -> str:
    """The cluster's state by Databricks' name."""
    return cluster.state.value if cluster.state else ""


def _adopted(workspace: WorkspaceClient, wanted: ClusterRequest) -> str | None:
    for cluster in owned_clusters(workspace, wanted.name, wanted.owner):
        if state_of(cluster) != "TERMINATING":
            log.info("Cluster %s of an earlier try is adopted", cluster.cluster_id)
            return str(cluster.cluster_id)
    return None


def _created(workspace: WorkspaceClient, wanted: ClusterRequest) -> str:
    spark_version = wanted.spark_version or newest_runtime(workspace)
    log.info("Asking for %s with %s", wanted.node_type_id, spark_version)
    body = wanted.body(spark_version, datetime.now(UTC))
    answer = workspace.api_client.do("POST", "/api/2.1/clusters/create", body=body)
    return str(dict(answer)["cluster_id"])


def _not_started(cluster: ClusterDetails) -> ClusterError:
    reason = cluster.termination_reason
    code = reason.code.value if reason and reason.code else "no reason given"
    kind = reason.type.value if reason and reason.type else "unknown"
    parameters = (reason and reason.parameters) or {}
    details = "; ".join(f"{key}: {value}" for key, value in parameters.items()) or cluster.state_message
    # Of Databricks' four kinds, CLIENT_ERROR (a quota, a forbidden setting) repeats itself.
    return ClusterError(
        f"cluster {cluster.cluster_id} did not start: {code} ({kind}) {details or ''}",
        retriable=kind in ("CLOUD_FAILURE", "SERVICE_FAULT"),
    )
