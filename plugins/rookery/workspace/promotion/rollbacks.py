"""An earlier version is served again, by the steps of every new one."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from rookery.exceptions import EndpointError
from rookery.workspace.endpoints import deployments, states
from rookery.workspace.endpoints.deployments import Deployment
from rookery.workspace.endpoints.states import Served
from rookery.workspace.leases import (
    ANY_INSTALLATION,
    TAG_INSTALLATION,
    TAG_OWNER,
    has_lease,
    require_dags_own,
)
from rookery.workspace.promotion.rollouts import Rollout

if TYPE_CHECKING:
    from databricks.sdk import WorkspaceClient


def roll_back(
    workspace: WorkspaceClient,
    endpoint_name: str,
    served: Served,
    label_type: str,
    *,
    probabilities: bool,
    dag_id: str,
    canary_steps: Sequence[int],
    timeout: timedelta,
) -> str | None:
    """Serve the version at the DAG's endpoint, after the checks of a deployment, and make it the champion.
    Returns the version that was it before.

    Raises EndpointError if there is no such endpoint, if it is not the DAG's, and if the version does not
    answer as it must: then the version before serves alone again.
    """
    endpoint = states.find(workspace, endpoint_name)
    if endpoint is None:
        raise EndpointError(f"there is no endpoint {endpoint_name}: a run of {dag_id} creates it")
    tags = states.tags_of(endpoint)
    require_dags_own(endpoint_name, tags, dag_id, ANY_INSTALLATION)
    wanted = Deployment(
        endpoint_name=endpoint_name,
        served=served,
        owner=str(tags.get(TAG_OWNER) or ""),
        installation=str(tags.get(TAG_INSTALLATION) or ""),
        dag_id=dag_id,
        # Runs from before now do not replace what a person has just chosen.
        run_after=datetime.now(UTC),
        is_kept=not has_lease(tags),
    )
    deployments.deploy(workspace, wanted, over_later=True, timeout=timeout, require_wanted=lambda: None)
    rollout = Rollout(workspace, endpoint_name, served, label_type, timeout, probabilities)
    try:
        deployments.wait_until_served(workspace, endpoint_name, served, is_retry=False, timeout=timeout)
        rollout.check()
        before = rollout.take_over(canary_steps)
    except Exception as error:
        raise EndpointError(f"{error}; {rollout.give_up()}") from error
    rollout.finish()
    return before
