"""Serving endpoints 2.0: https://docs.databricks.com/api/azure/workspace/servingendpoints"""

import re
from typing import Any

from starlette.responses import PlainTextResponse
from starlette.routing import Route

from local_workspace.api.serving.data_plane import with_data_plane
from local_workspace.api.wire import Addressed, Answer, routes
from local_workspace.errors import InvalidParameterValue
from local_workspace.messages import Message
from local_workspace.serving.config import ConfigRequest, ServingConfig
from local_workspace.serving.document import tags_to_wire
from local_workspace.serving.endpoints import Endpoints
from local_workspace.serving.limits import RateLimit

ENDPOINT_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,62}")
TAG_KEY = re.compile(r"[^.,=/:]{1,255}", re.DOTALL)
# Fields that would change what the endpoint does, and that nothing here could honour.
NOT_OFFERED = ("ai_gateway", "auto_capture_config")


class Tag(Message):
    """One tag."""

    key: str
    value: str = ""


class Create(Addressed):
    """`create`."""

    name: str
    config: ConfigRequest | None = None
    tags: tuple[Tag, ...] = ()
    description: str = ""
    route_optimized: bool = False
    ai_gateway: dict[str, Any] | None = None
    rate_limits: tuple[RateLimit, ...] = ()


class ByName(Message):
    """`delete`."""

    name: str


class AddressedByName(Addressed, ByName):
    """`get`, `get open API`."""


class UpdateConfig(Addressed, ConfigRequest):
    """`update config`."""

    name: str


class PatchTags(ByName):
    """`patch tags`."""

    add_tags: tuple[Tag, ...] = ()
    delete_tags: tuple[str, ...] = ()


class SetRateLimits(ByName):
    """`put`: limits in place of those that were there."""

    rate_limits: tuple[RateLimit, ...] = ()


class ServedModelLog(ByName):
    """`logs`."""

    served_model_name: str


def serving_routes(endpoints: Endpoints) -> list[Route]:
    """Create, read, update, delete, tags, limits, schema, logs and metrics; scoring is `api.invocations`."""
    path = "serving-endpoints"
    one = path + "/{name}"
    logs = one + "/served-models/{served_model_name}/logs"
    return [
        *routes("POST", path, Create, lambda m: _create(endpoints, m)),
        *routes("GET", path, Addressed, lambda m: _list(endpoints, m.origin)),
        *routes("GET", one, AddressedByName, lambda m: with_data_plane(endpoints.get(m.name), m.origin)),
        *routes("PUT", f"{one}/config", UpdateConfig, lambda m: _update(endpoints, m)),
        *routes("PATCH", f"{one}/tags", PatchTags, lambda m: _patch_tags(endpoints, m)),
        *routes("DELETE", one, ByName, lambda m: endpoints.delete(m.name)),
        *routes("PUT", f"{one}/rate-limits", SetRateLimits, lambda m: _set_rate_limits(endpoints, m)),
        *routes("GET", f"{one}/openapi", AddressedByName, lambda m: _schema(endpoints, m)),
        *routes("GET", f"{one}/metrics", ByName, lambda m: PlainTextResponse(endpoints.metrics(m.name))),
        *routes(
            "GET",
            one + "/served-models/{served_model_name}/build-logs",
            ServedModelLog,
            lambda m: {"logs": endpoints.build_log(m.name, m.served_model_name)},
        ),
        *routes("GET", logs, ServedModelLog, lambda m: {"logs": endpoints.log(m.name, m.served_model_name)}),
    ]


def _create(endpoints: Endpoints, request: Create) -> Answer:
    made = endpoints.create(request.name, _checked_config(request), _about(request))
    return with_data_plane(made, request.origin)


def _list(endpoints: Endpoints, origin: str) -> Answer:
    found = [with_data_plane(endpoint, origin) for endpoint in endpoints.list()]
    return {"endpoints": found} if found else {}


def _update(endpoints: Endpoints, request: UpdateConfig) -> Answer:
    _refuse_not_offered(request)
    return with_data_plane(endpoints.update_config(request.name, request.checked()), request.origin)


def _schema(endpoints: Endpoints, request: AddressedByName) -> Answer:
    return endpoints.schema(request.name, f"{request.origin}/serving-endpoints/{request.name}")


def _set_rate_limits(endpoints: Endpoints, request: SetRateLimits) -> Answer:
    endpoints.set_rate_limits(request.name, request.rate_limits)
    return {"rate_limits": [limit.model_dump() for limit in request.rate_limits]}


def _patch_tags(endpoints: Endpoints, request: PatchTags) -> Answer:
    tags = endpoints.change_tags(request.name, _checked_tags(request.add_tags), set(request.delete_tags))
    return {"tags": tags_to_wire(tags)}


def _checked_config(request: Create) -> ServingConfig:
    if not ENDPOINT_NAME.fullmatch(request.name):
        raise InvalidParameterValue(
            f"Invalid endpoint name {request.name!r}: at most 63 letters, digits, dashes and underscores "
            "are allowed, the first a letter or digit."
        )
    if request.config is None:
        raise InvalidParameterValue("Missing required field: config")
    _refuse_not_offered(request)
    _refuse_not_offered(request.config)
    return request.config.checked()


def _about(request: Create) -> dict[str, Any]:
    return {
        "tags": _checked_tags(request.tags),
        "description": request.description,
        "rate_limits": [limit.model_dump() for limit in request.rate_limits],
        "route_optimized": request.route_optimized,
    }


def _checked_tags(tags: tuple[Tag, ...]) -> dict[str, str]:
    for tag in tags:
        if not TAG_KEY.fullmatch(tag.key):
            raise InvalidParameterValue(
                f"Endpoint tag key {tag.key} is either not between 1-255 characters long or contains one or "
                "more of the reserved characters: . , = / or :"
            )
    return {tag.key: tag.value for tag in tags}


def _refuse_not_offered(request: Message) -> None:
    for field in NOT_OFFERED:
        if getattr(request, field, None):
            raise InvalidParameterValue(f"The local workspace does not offer {field}: leave it out.")
