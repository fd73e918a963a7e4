"""An endpoint that was only for one run is deleted, and seen gone."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import TYPE_CHECKING

from rookery.workspace.endpoints import states
from rookery.workspace.requests.faults import LOOKED_SECONDS
from rookery.workspace.requests.polling import SYSTEM_CLOCK, Clock, poll

if TYPE_CHECKING:
    from databricks.sdk import WorkspaceClient
    from databricks.sdk.service.serving import ServingEndpointDetailed

log = logging.getLogger(__name__)


def delete(
    workspace: WorkspaceClient,
    name: str,
    owner: str,
    *,
    looks_on: bool,
    timeout: timedelta,
    clock: Clock = SYSTEM_CLOCK,
) -> bool:
    """Delete the endpoint and see it gone, if the DAG run `owner` has created it; whether it was deleted.

    One answer that there is none proves nothing, unless a deletion was confirmed before. With `looks_on`,
    where an endpoint was or may be asked for at this moment, the look lasts `LOOKED_SECONDS`. Raises
    TimeoutError.
    """
    looked_until = clock.time() + (LOOKED_SECONDS if looks_on else 0)
    deletions = 0

    def seen() -> ServingEndpointDetailed | None:
        nonlocal deletions
        endpoint = states.find(workspace, name)
        if states.is_of_run(endpoint, owner):
            log.info("Deleting the endpoint %s", name)
            _confirm_deletion(workspace, name)
            deletions += 1
        return endpoint

    def is_over(endpoint: ServingEndpointDetailed | None) -> bool:
        if endpoint is not None:
            return not states.is_of_run(endpoint, owner)
        return deletions > 0 or clock.time() >= looked_until

    poll(
        seen,
        until=is_over,
        timeout=timeout.total_seconds(),
        longest=3.0,
        told=states.state_of,
        clock=clock,
    )
    if deletions:
        log.info("The endpoint %s is deleted", name)
    return deletions > 0


def _confirm_deletion(workspace: WorkspaceClient, name: str) -> None:
    from databricks.sdk.errors import NotFound

    try:
        workspace.serving_endpoints.delete(name)
    except NotFound:
        # A request before this one, whose answer was lost, has deleted it.
        return
