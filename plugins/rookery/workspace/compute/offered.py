"""Pools, policies and clusters of a workspace that a plan names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rookery.exceptions import PlanError
from rookery.workspace.questions import refused
from rookery.workspace.runtimes import runtime_fact

if TYPE_CHECKING:
    from databricks.sdk import WorkspaceClient
    from databricks.sdk.service.compute import ClusterDetails

# Where job code may use Spark's own JVM. https://docs.databricks.com/aws/en/compute/access-mode-limitations
_DEDICATED = (
    "SINGLE_USER",
    "DATA_SECURITY_MODE_DEDICATED",
    "NONE",
    "LEGACY_SINGLE_USER",
    "LEGACY_SINGLE_USER_STANDARD",
)


def pool_fact(pool_id: str, workspace: WorkspaceClient) -> str:
    """An instance pool in words. Raises PlanError if there is none, or none that gives nodes."""
    # https://docs.databricks.com/api/azure/workspace/instancepools/get
    from databricks.sdk.errors import NotFound

    try:
        found = workspace.instance_pools.get(pool_id)
    except NotFound as error:
        raise refused(error, "name a pool by its id, which its page shows") from error
    if found.state and found.state.value != "ACTIVE":
        raise PlanError(f"the pool {found.instance_pool_name} is {found.state.value}: name another one")
    return f"{found.instance_pool_name}: nodes {found.node_type_id}"


def policy_fact(policy_id: str, workspace: WorkspaceClient) -> str:
    """A cluster policy in words. Raises PlanError if there is none. What it forbids is told when a cluster is
    asked for."""
    # https://docs.databricks.com/api/azure/workspace/clusterpolicies/get
    from databricks.sdk.errors import NotFound

    try:
        return f"{workspace.cluster_policies.get(policy_id).name} is there"
    except NotFound as error:
        raise refused(error, "name a policy by its id, which its page shows") from error


def existing_cluster_fact(cluster_id: str, user_name: str, workspace: WorkspaceClient) -> str:
    """A cluster that runs are to use, in words. Raises PlanError if there is none, or none that can train for
    this user."""
    # https://docs.databricks.com/api/azure/workspace/clusters/get
    from databricks.sdk.errors import BadRequest, NotFound

    try:
        found = workspace.clusters.get(cluster_id)
    except (BadRequest, NotFound) as error:
        raise refused(error, "name a cluster by its id, which its page shows") from error
    _require_usable(found, user_name)
    runtime = runtime_fact(found.spark_version, workspace)
    state = found.state.value if found.state else "unknown"
    idle = found.autotermination_minutes
    ends = f"ends after {idle} idle minutes" if idle else "bills until someone ends it"
    return f"{found.cluster_name} is {state} with {runtime}; it {ends}"


def _require_usable(cluster: ClusterDetails, user_name: str) -> None:
    mode = cluster.data_security_mode.value if cluster.data_security_mode else "NONE"
    if mode not in _DEDICATED:
        raise PlanError(
            f"{cluster.cluster_name} has the access mode {mode}, in which job code may not train: name a "
            "cluster of the access mode Dedicated (SINGLE_USER)"
        )
    if cluster.single_user_name and cluster.single_user_name != user_name:
        raise PlanError(
            f"{cluster.cluster_name} is dedicated to {cluster.single_user_name}, and the connection's user "
            f"is {user_name}: name a cluster of that user"
        )
