"""The run's cluster: created, waited for, terminated, each in a task of its own."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from rookery.exceptions import ClusterError
from rookery.links import ClusterLink, cluster_page
from rookery.operators.base import DatabricksOperator
from rookery.plan.training import Compute
from rookery.polling import poll
from rookery.run_names import TAG_EXPIRES_AT, TAG_OWNER
from rookery.spark_versions import SparkVersion, choose_spark_version

if TYPE_CHECKING:
    from airflow.sdk import BaseOperatorLink, Context
    from databricks.sdk import WorkspaceClient
    from databricks.sdk.service.compute import ClusterDetails

_LEASE = timedelta(hours=24)
_LIVE = ("PENDING", "RUNNING", "RESTARTING", "RESIZING", "TERMINATING")


class CreateClusterOperator(DatabricksOperator):
    """Ask for the run's single-node cluster and return its id at once, without waiting for it.

    Clusters have no idempotency token: one that an earlier try has asked for is found by name and owner
    tag, and adopted.
    """

    template_fields: Sequence[str] = ("cluster_name", "owner_tag", "user_name", "plan")
    operator_extra_links: Sequence[BaseOperatorLink] = (ClusterLink(),)

    def __init__(
        self, *, cluster_name: str, owner_tag: str, user_name: str, plan: dict[str, Any], **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.cluster_name = cluster_name
        self.owner_tag = owner_tag
        self.user_name = user_name
        self.plan = plan

    def execute(self, context: Context) -> str:
        cluster_id = self._adopted() or self._created()
        self.show_link(context, ClusterLink(), cluster_page(self.workspace_url, cluster_id))
        return cluster_id

    def _adopted(self) -> str | None:
        for cluster in owned_clusters(self.workspace, self.cluster_name, self.owner_tag):
            if _state(cluster) != "TERMINATING":
                self.log.info("Cluster %s of an earlier try is adopted", cluster.cluster_id)
                return str(cluster.cluster_id)
        return None

    def _created(self) -> str:
        compute = Compute.model_validate(self.plan["compute"])
        request = cluster_request(
            name=self.cluster_name,
            owner=self.owner_tag,
            user_name=self.user_name,
            compute=compute,
            spark_version=compute.spark_version or _newest_runtime(self.workspace),
            expires_at=datetime.now(UTC) + _LEASE,
        )
        self.log.info("Asking for %s with %s", request["node_type_id"], request["spark_version"])
        answer = self.workspace.api_client.do("POST", "/api/2.1/clusters/create", body=request)
        return str(dict(answer)["cluster_id"])


class WaitForClusterOperator(DatabricksOperator):
    """Wait until the cluster is RUNNING. Raises ClusterError with Databricks' reason if it is not to be."""

    template_fields: Sequence[str] = ("cluster_id",)
    operator_extra_links: Sequence[BaseOperatorLink] = (ClusterLink(),)

    def __init__(self, *, cluster_id: str, timeout: timedelta = timedelta(minutes=25), **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.cluster_id = cluster_id
        self.timeout = timeout

    def execute(self, context: Context) -> None:
        self.show_link(context, ClusterLink(), cluster_page(self.workspace_url, self.cluster_id))
        self._start_again_if_lost(context["ti"].try_number)
        cluster = poll(
            lambda: self.workspace.clusters.get(self.cluster_id),
            until=lambda cluster: _state(cluster) in ("RUNNING", "RESIZING", "TERMINATED", "ERROR"),
            timeout=self.timeout.total_seconds(),
            told=lambda cluster: f"cluster {self.cluster_id} is {_state(cluster)}",
        )
        if _state(cluster) not in ("RUNNING", "RESIZING"):
            raise _not_started(cluster)
        self.log.info("Cluster %s runs %s", self.cluster_id, cluster.spark_version)

    def _start_again_if_lost(self, try_number: int) -> None:
        if try_number > 1 and _state(self.workspace.clusters.get(self.cluster_id)) == "TERMINATED":
            self.log.info("Cluster %s is started again", self.cluster_id)
            self.workspace.clusters.start(self.cluster_id)


class TerminateClusterOperator(DatabricksOperator):
    """Terminate every cluster with the run's name and owner tag, and see it gone.

    It needs no id: a cluster whose creating task died before it could tell is found as well.
    """

    template_fields: Sequence[str] = ("cluster_name", "owner_tag")
    operator_extra_links: Sequence[BaseOperatorLink] = (ClusterLink(),)

    def __init__(
        self,
        *,
        cluster_name: str,
        owner_tag: str,
        timeout: timedelta = timedelta(minutes=15),
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.cluster_name = cluster_name
        self.owner_tag = owner_tag
        self.timeout = timeout

    def execute(self, context: Context) -> None:
        for cluster in list(owned_clusters(self.workspace, self.cluster_name, self.owner_tag)):
            cluster_id = str(cluster.cluster_id)
            self.show_link(context, ClusterLink(), cluster_page(self.workspace_url, cluster_id))
            self.log.info("Terminating cluster %s, which is %s", cluster_id, _state(cluster))
            self.workspace.clusters.delete(cluster_id)
        poll(
            lambda: [c.cluster_id for c in owned_clusters(self.workspace, self.cluster_name, self.owner_tag)],
            until=lambda left: not left,
            timeout=self.timeout.total_seconds(),
            told=lambda left: f"not terminated yet: {left}",
        )


def cluster_request(
    *,
    name: str,
    owner: str,
    user_name: str,
    compute: Compute,
    spark_version: str,
    expires_at: datetime,
) -> dict[str, Any]:
    """The body of `clusters/create`: the lab's cluster in its classic form, single node and single user,
    without Photon."""
    return {
        "cluster_name": name,
        "spark_version": spark_version,
        "node_type_id": compute.node_type_id,
        "num_workers": 0,
        "autotermination_minutes": compute.autotermination_minutes,
        "spark_conf": {"spark.databricks.cluster.profile": "singleNode", "spark.master": "local[*]"},
        "custom_tags": {
            "ResourceClass": "SingleNode",
            TAG_OWNER: owner,
            TAG_EXPIRES_AT: expires_at.isoformat(timespec="seconds"),
        },
        "data_security_mode": "SINGLE_USER",
        "single_user_name": user_name,
        "runtime_engine": "STANDARD",
    }


def owned_clusters(workspace: WorkspaceClient, name: str, owner: str) -> Iterator[ClusterDetails]:
    """The clusters, not yet TERMINATED, that have this name and this owner tag."""
    from databricks.sdk.service.compute import ListClustersFilterBy, State

    live = ListClustersFilterBy(cluster_states=[State(state) for state in _LIVE])
    for cluster in workspace.clusters.list(filter_by=live):
        tagged = (cluster.custom_tags or {}).get(TAG_OWNER) == owner
        if tagged and cluster.cluster_name == name and _state(cluster) in _LIVE:
            yield cluster


def _newest_runtime(workspace: WorkspaceClient) -> str:
    versions = workspace.clusters.spark_versions().versions or []
    return choose_spark_version(SparkVersion(str(each.key), str(each.name)) for each in versions)


def _state(cluster: ClusterDetails) -> str:
    return cluster.state.value if cluster.state else ""


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
