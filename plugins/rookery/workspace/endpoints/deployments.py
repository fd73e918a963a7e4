"""An endpoint is made to serve a version, and waited for."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from rookery.exceptions import TaskStopped
from rookery.workspace.endpoints import states, traffic
from rookery.workspace.endpoints.states import TAG_RUN_AFTER, Served
from rookery.workspace.leases import (
    TAG_DAG_ID,
    TAG_EXPIRES_AT,
    TAG_INSTALLATION,
    has_lease,
    lease_from,
    owned_by,
    require_dags_own,
)
from rookery.workspace.requests.once import done, send_once
from rookery.workspace.requests.polling import SYSTEM_CLOCK, Clock, poll

if TYPE_CHECKING:
    from databricks.sdk import WorkspaceClient
    from databricks.sdk.service.serving import ServingEndpointDetailed

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Deployment:
    """What a DAG run wants an endpoint to serve, and what the endpoint's tags say of that run."""

    endpoint_name: str
    served: Served
    owner: str
    installation: str
    dag_id: str
    run_after: datetime
    is_kept: bool

    def tags(self, now: datetime) -> dict[str, str]:
        """All tags of an endpoint that is made for this; one that is not kept has a lease."""
        return {
            **owned_by(self.owner),
            TAG_INSTALLATION: self.installation,
            TAG_DAG_ID: self.dag_id,
            TAG_RUN_AFTER: self.run_after.astimezone(UTC).isoformat(),
            **({} if self.is_kept else lease_from(now)),
        }


def deploy(
    workspace: WorkspaceClient,
    wanted: Deployment,
    *,
    over_later: bool,
    timeout: timedelta,
    require_wanted: Callable[[], None],
    clock: Clock = SYSTEM_CLOCK,
) -> str:
    """Create the endpoint, or deploy the version beside the one that serves, at 0 % of the requests, without
    waiting for what was asked for; "" if that was done.

    What an earlier try has asked for is not asked for again. Another update that is on its way is waited for.
    If the version of a later run is served, nothing is done, unless `over_later` says so: the answer is why.
    `require_wanted` raises TaskStopped when the run wants it no more: it is asked just before and just after
    each request, and an endpoint that was made by then is deleted. Raises EndpointError for an endpoint of
    this name that is not this DAG's.
    """
    endpoint = states.find(workspace, wanted.endpoint_name)
    tags = wanted.tags(datetime.now(UTC))
    if endpoint is None:
        _create(workspace, wanted, tags, require_wanted, clock)
        return ""
    require_dags_own(wanted.endpoint_name, states.tags_of(endpoint), wanted.dag_id, wanted.installation)
    endpoint = _after_others(workspace, endpoint, wanted, timeout)
    later = "" if over_later else states.later_than(endpoint, wanted.run_after, wanted.served)
    if later:
        return later
    require_wanted()
    _update(workspace, endpoint, wanted.served, clock)
    done(lambda: _tag(workspace, endpoint, tags), clock=clock)
    return ""


def wait_until_served(
    workspace: WorkspaceClient, name: str, wanted: Served, *, is_retry: bool, timeout: timedelta
) -> None:
    """Wait until the endpoint is READY with this version; a retry asks again for an update that failed.

    Raises EndpointError with the reason if the update fails, or if a newer version of another run is served.
    """
    if is_retry:
        _ask_again_if_failed(workspace, name, wanted)
    endpoint = poll(
        lambda: workspace.serving_endpoints.get(name),
        until=lambda seen: (
            states.has_failed(seen) or states.serves(seen, wanted) or states.serves_newer(seen, wanted)
        ),
        timeout=timeout.total_seconds(),
        told=states.state_of,
    )
    if states.has_failed(endpoint):
        raise states.failure(endpoint, wanted)
    if not states.serves(endpoint, wanted):
        raise states.superseded(endpoint, wanted)
    log.info("%s serves version %s", name, wanted.version)


def _create(
    workspace: WorkspaceClient,
    wanted: Deployment,
    tags: Mapping[str, str],
    require_wanted: Callable[[], None],
    clock: Clock,
) -> None:
    name = wanted.endpoint_name
    log.info("Creating the endpoint %s", name)
    body = {
        "name": name,
        "config": {"name": name, "served_entities": [wanted.served.entity().as_dict()]},
        "tags": [{"key": key, "value": value} for key, value in tags.items()],
    }

    def send() -> bool:
        require_wanted()
        send_once(workspace, "POST", "/api/2.0/serving-endpoints", body)
        return True

    def is_there() -> bool | None:
        return states.is_of_run(states.find(workspace, name), wanted.owner) or None

    done(send, is_there, clock=clock)
    try:
        require_wanted()
    except TaskStopped:
        log.info("The endpoint %s is wanted no more", name)
        workspace.serving_endpoints.delete(name)
        raise


def _after_others(
    workspace: WorkspaceClient, endpoint: ServingEndpointDetailed, wanted: Deployment, timeout: timedelta
) -> ServingEndpointDetailed:
    """The endpoint, once no update but the wanted one is on its way."""
    if not states.is_updating(endpoint) or wanted.served.is_in(endpoint.pending_config):
        return endpoint
    name = wanted.endpoint_name
    log.info("Waiting for an update of %s that is on its way", name)
    return poll(
        lambda: workspace.serving_endpoints.get(name),
        until=lambda seen: not states.is_updating(seen),
        timeout=timeout.total_seconds(),
        told=states.state_of,
    )


def _update(
    workspace: WorkspaceClient, endpoint: ServingEndpointDetailed, wanted: Served, clock: Clock
) -> None:
    name = str(endpoint.name)
    if states.is_updating(endpoint) or states.serves(endpoint, wanted):
        log.info("%s has been asked for version %s already", name, wanted.version)
        return
    log.info("Deploying version %s at %s", wanted.version, name)
    _ask_for_version(workspace, endpoint, wanted, clock)


def _ask_for_version(
    workspace: WorkspaceClient, endpoint: ServingEndpointDetailed, wanted: Served, clock: Clock
) -> None:
    traffic.ask(workspace, str(endpoint.name), traffic.beside(endpoint, wanted.entity().as_dict()), clock)


def _tag(workspace: WorkspaceClient, endpoint: ServingEndpointDetailed, tags: Mapping[str, str]) -> None:
    """Say which run has deployed last. An endpoint with a lease becomes this run's, which then deletes it or
    keeps it: the run that has made it may have failed to delete it."""
    from databricks.sdk.service.serving import EndpointTag

    leased = has_lease(states.tags_of(endpoint))
    added = tags if leased else {TAG_RUN_AFTER: tags[TAG_RUN_AFTER]}
    ended = [TAG_EXPIRES_AT] if leased and TAG_EXPIRES_AT not in tags else None
    workspace.serving_endpoints.patch(
        str(endpoint.name),
        add_tags=[EndpointTag(key, value) for key, value in added.items()],
        delete_tags=ended,
    )


def _ask_again_if_failed(workspace: WorkspaceClient, name: str, wanted: Served) -> None:
    # To wait again would only show the same failure. An update of another run is not ours to ask for again.
    endpoint = workspace.serving_endpoints.get(name)
    if states.has_failed(endpoint) and not states.another_failed(endpoint, wanted):
        log.info("Deploying version %s at %s once more", wanted.version, name)
        _ask_for_version(workspace, endpoint, wanted, SYSTEM_CLOCK)
