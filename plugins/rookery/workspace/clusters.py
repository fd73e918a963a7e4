"""A run's cluster: asked for once, waited for, and terminated."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from rookery.exceptions import ClusterError, TaskStopped
from rookery.workspace.leases import is_owned
from rookery.workspace.requests.faults import LOOKED_SECONDS
from rookery.workspace.requests.once import done, send_once
from rookery.workspace.requests.polling import SYSTEM_CLOCK, Clock, poll
from rookery.workspace.runtimes import newest_runtime

if TYPE_CHECKING:
    from databricks.sdk import WorkspaceClient
    from databricks.sdk.service.compute import ClusterDetails

    from rookery.workspace.compute.request import ClusterRequest

_LIVE = ("PENDING", "RUNNING", "RESTARTING", "RESIZING", "TERMINATING")
_STARTED = ("RUNNING", "RESIZING")

log = logging.getLogger(__name__)


def ask_for(
    workspace: WorkspaceClient,
    wanted: ClusterRequest,
    require_wanted: Callable[[], None],
    clock: Clock = SYSTEM_CLOCK,
) -> str:
    """The id of the cluster, which is asked for and not waited for.

    Clusters have no idempotency token: one that an earlier try or request has asked for is found by name and
    owner tag, and adopted. `require_wanted` raises TaskStopped when the cluster is wanted no more: it is
    asked just before and just after each request, and what was made by then is terminated.
    """
    return _adopted(workspace, wanted) or _created(workspace, wanted, require_wanted, clock)


def use_existing(workspace: WorkspaceClient, cluster_id: str) -> str:
    """The id of a cluster that somebody has made; it is started if it has ended."""
    log.info("The existing cluster %s is used: none is created", cluster_id)
    done(lambda: _start_if_ended(workspace, cluster_id))
    return cluster_id


def wait_until_running(
    workspace: WorkspaceClient, cluster_id: str, *, is_retry: bool, timeout: timedelta
) -> ClusterDetails:
    """Wait until the cluster is RUNNING; a retry starts one that has ended meanwhile.

    Raises ClusterError with Databricks' reason if it is not to be.
    """
    if is_retry:
        done(lambda: _start_if_ended(workspace, cluster_id))
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


def end(
    workspace: WorkspaceClient,
    name: str,
    owner: str,
    created: str | None,
    *,
    may_come: bool,
    timeout: timedelta,
    told: Callable[[str], None],
    clock: Clock = SYSTEM_CLOCK,
) -> None:
    """Terminate the clusters with this name and owner tag, the one that was `created` among them, and see
    them TERMINATED. `told` hears the id of each. What has no such tag is left alone.

    One empty list proves nothing, and a cluster that is asked for at this moment is in no list yet. With
    `may_come`, where no id is known, the look lasts `LOOKED_SECONDS`. Raises TimeoutError.
    """
    known: list[str] = []
    looked_until = clock.time() + LOOKED_SECONDS

    def left() -> list[str]:
        listed = [str(each.cluster_id) for each in owned_clusters(workspace, name, owner)]
        for cluster_id in [*([created] if created else []), *listed]:
            if cluster_id not in known:
                known.append(cluster_id)
                told(cluster_id)
        return [each for each in known if _is_left(workspace, each, owner, clock.time() < looked_until)]

    poll(
        left,
        until=lambda left: not left and (not may_come or clock.time() >= looked_until),
        timeout=timeout.total_seconds(),
        longest=3.0 if may_come else 15.0,
        told=lambda left: f"not terminated yet: {left}",
        clock=clock,
    )


def _is_left(workspace: WorkspaceClient, cluster_id: str, owner: str, unseen: bool) -> bool:
    """Whether the owner's cluster is not TERMINATED yet; it is told to. `unseen`: what one that is not found
    is."""
    from databricks.sdk.errors import NotFound

    try:
        cluster = workspace.clusters.get(cluster_id)
        state = state_of(cluster)
        if state == "TERMINATED":
            return False
        if not is_owned(cluster.custom_tags, owner):
            log.info("Cluster %s was not made by this run, and is left alone", cluster_id)
            return False
        log.info("Terminating cluster %s, which is %s", cluster_id, state)
        workspace.clusters.delete(cluster_id)
    except NotFound:
        return unseen
    return True


def owned_clusters(workspace: WorkspaceClient, name: str, owner: str) -> Iterator[ClusterDetails]:
    """The clusters, not yet TERMINATED, that have this name and this owner tag."""
    for cluster in live_clusters(workspace):
        if cluster.cluster_name == name and is_owned(cluster.custom_tags, owner):
            yield cluster


def live_clusters(workspace: WorkspaceClient) -> Iterator[ClusterDetails]:
    """The clusters that are not yet TERMINATED."""
    from databricks.sdk.service.compute import ListClustersFilterBy, State

    live = ListClustersFilterBy(cluster_states=[State(state) for state in _LIVE])
    return (each for each in workspace.clusters.list(filter_by=live) if state_of(each) in _LIVE)


def state_of(cluster: ClusterDetails) -> str:
    """The cluster's state by Databricks' name."""
    return cluster.state.value if cluster.state else ""


def _adopted(workspace: WorkspaceClient, wanted: ClusterRequest) -> str | None:
    for cluster in owned_clusters(workspace, wanted.name, wanted.owner):
        if state_of(cluster) != "TERMINATING":
            log.info("Cluster %s, which was asked for before, is adopted", cluster.cluster_id)
            return str(cluster.cluster_id)
    return None


def _created(
    workspace: WorkspaceClient, wanted: ClusterRequest, require_wanted: Callable[[], None], clock: Clock
) -> str:
    spark_version = wanted.spark_version or newest_runtime(workspace)
    log.info("Asking for %s with %s", wanted.nodes, spark_version)
    body = wanted.body(spark_version, datetime.now(UTC))

    def send() -> str:
        require_wanted()
        return str(send_once(workspace, "POST", "/api/2.1/clusters/create", body)["cluster_id"])

    cluster_id = done(send, lambda: _adopted(workspace, wanted), clock=clock)
    try:
        require_wanted()
    except TaskStopped:
        log.info("Cluster %s is wanted no more", cluster_id)
        workspace.clusters.delete(cluster_id)
        raise
    return cluster_id


def _start_if_ended(workspace: WorkspaceClient, cluster_id: str) -> None:
    if state_of(workspace.clusters.get(cluster_id)) == "TERMINATED":
        log.info("Cluster %s is started again", cluster_id)
        send_once(workspace, "POST", "/api/2.1/clusters/start", {"cluster_id": cluster_id})


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
