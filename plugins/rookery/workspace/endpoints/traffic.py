"""The versions of an endpoint and how the requests are shared among them: read, and changed.

A new version is deployed beside the one that serves, at 0 % of the requests, and asked by its own address.
What goes wrong there, no client sees.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any, NamedTuple

from rookery.workspace.endpoints import states
from rookery.workspace.requests.once import done, send_once
from rookery.workspace.requests.polling import SYSTEM_CLOCK, Clock, poll

if TYPE_CHECKING:
    from databricks.sdk import WorkspaceClient
    from databricks.sdk.service.serving import EndpointCoreConfigOutput, ServingEndpointDetailed

log = logging.getLogger(__name__)

Entity = Mapping[str, Any]
"""A served entity, as a request has it."""

ALL = 100

# Of what an answer says of an entity, what a request may have:
# https://docs.databricks.com/api/azure/workspace/servingendpoints/updateconfig
_ASKED = (
    "name",
    "entity_name",
    "entity_version",
    "workload_size",
    "workload_type",
    "scale_to_zero_enabled",
    "environment_vars",
    "instance_profile_arn",
    "min_provisioned_concurrency",
    "max_provisioned_concurrency",
)


class Share(NamedTuple):
    """A served entity, and its share of the requests in percent."""

    entity: Entity
    percent: int


def shares(endpoint: ServingEndpointDetailed) -> list[Share]:
    """What answers now, the largest share first."""
    config = endpoint.config
    percents = _percents(config)
    entities = [each.as_dict() for each in (config and config.served_entities) or []]
    found = [
        Share({name: each[name] for name in _ASKED if name in each}, percents.get(each["name"], 0))
        for each in entities
    ]
    if len(found) == 1:
        found = [Share(found[0].entity, ALL)]
    return sorted(found, key=lambda share: -share.percent)


def serving(endpoint: ServingEndpointDetailed) -> Entity | None:
    """The version that answers most requests, or None before any does."""
    return next((share.entity for share in shares(endpoint)), None)


def beside(endpoint: ServingEndpointDetailed, wanted: Entity) -> list[Share]:
    """The wanted version at 0 %, beside what serves; alone, where nothing does or another form of it."""
    current = serving(endpoint)
    if current is None or current["name"] == wanted["name"]:
        return [Share(wanted, ALL)]
    return [Share(current, ALL), Share(wanted, 0)]


def body(wanted: Sequence[Share]) -> dict[str, Any]:
    """The request's body."""
    entities = [dict(share.entity) for share in wanted]
    if len(wanted) == 1:
        return {"served_entities": entities}
    routes = [
        {"served_model_name": share.entity["name"], "traffic_percentage": share.percent} for share in wanted
    ]
    return {"served_entities": entities, "traffic_config": {"routes": routes}}


def ask(workspace: WorkspaceClient, name: str, wanted: Sequence[Share], clock: Clock = SYSTEM_CLOCK) -> None:
    """Have the endpoint served like this, without waiting. A second such request would be refused while the
    first is on its way."""

    def send() -> bool:
        send_once(workspace, "PUT", f"/api/2.0/serving-endpoints/{name}/config", body(wanted))
        return True

    def is_asked_for() -> bool | None:
        seen = workspace.serving_endpoints.get(name)
        return states.is_updating(seen) or is_shared(seen, wanted) or None

    done(send, is_asked_for, clock=clock)


def shift(
    workspace: WorkspaceClient,
    name: str,
    wanted: Sequence[Share],
    *,
    timeout: timedelta,
    clock: Clock = SYSTEM_CLOCK,
) -> None:
    """Have the endpoint served like this, and wait until it is. Raises EndpointError if the update fails, and
    TimeoutError."""
    log.info("%s: %s", name, in_words(wanted))
    if not is_shared(workspace.serving_endpoints.get(name), wanted):
        ask(workspace, name, wanted, clock)
    endpoint = poll(
        lambda: workspace.serving_endpoints.get(name),
        until=lambda seen: states.has_failed(seen) or is_shared(seen, wanted),
        timeout=timeout.total_seconds(),
        told=states.state_of,
        clock=clock,
    )
    if states.has_failed(endpoint):
        raise states.update_failure(endpoint)


def is_shared(endpoint: ServingEndpointDetailed, wanted: Sequence[Share]) -> bool:
    """Whether exactly these versions answer with these shares, and no update is on its way."""
    now = {share.entity["name"]: share.percent for share in shares(endpoint)}
    asked = {share.entity["name"]: share.percent for share in wanted}
    return states.is_settled(endpoint) and now == asked


def in_words(wanted: Sequence[Share]) -> str:
    """ "version 3 gets 90 %, version 4 gets 10 % of the requests"."""
    parts = ", ".join(f"version {each.entity['entity_version']} gets {each.percent} %" for each in wanted)
    return f"{parts} of the requests"


def _percents(config: EndpointCoreConfigOutput | None) -> dict[str, int]:
    routes = (config and config.traffic_config and config.traffic_config.routes) or []
    return {
        str(each.served_entity_name or each.served_model_name): int(each.traffic_percentage or 0)
        for each in routes
    }
