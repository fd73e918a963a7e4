"""Serving endpoints 2.0: https://docs.databricks.com/api/azure/workspace/servingendpoints"""

import re
from typing import Any

from starlette.routing import Route

from local_workspace.api.wire import Answer, Message, routes
from local_workspace.engine.endpoint_document import tags_to_wire
from local_workspace.engine.endpoints import Endpoints
from local_workspace.engine.serving_config import ConfigRequest
from local_workspace.errors import InvalidParameterValue

ENDPOINT_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,62}")
TAG_KEY = re.compile(r"[^.,=/:]{1,255}", re.DOTALL)
# Fields that would change what the endpoint does, and that nothing here could honour.
NOT_OFFERED = ("ai_gateway", "rate_limits", "auto_capture_config", "route_optimized")


class Nothing(Message):
    """A request without parameters."""


class Tag(Message):
    """One tag."""

    key: str
    value: str = ""


class Create(Message):
    """`create`."""

    name: str
    config: ConfigRequest | None = None
    tags: tuple[Tag, ...] = ()
    description: str = ""
    route_optimized: bool = False
    ai_gateway: dict[str, Any] | None = None
    rate_limits: list[Any] | None = None


class ByName(Message):
    """`get`, `delete`."""

    name: str


class UpdateConfig(ConfigRequest):
    """`update config`."""

    name: str


class PatchTags(ByName):
    """`patch tags`."""

    add_tags: tuple[Tag, ...] = ()
    delete_tags: tuple[str, ...] = ()


class ServedModelLog(ByName):
    """`logs`."""

    served_model_name: str


class Serving:
    """The routes of the serving endpoints' API, scoring apart."""

    def __init__(self, endpoints: Endpoints) -> None:
        self._endpoints = endpoints

    def routes(self) -> list[Route]:
        """Create, read, update, delete, tags and logs."""
        path = "serving-endpoints"
        logs = path + "/{name}/served-models/{served_model_name}/logs"
        return [
            *routes("POST", path, Create, self.create),
            *routes("GET", path, Nothing, self.list),
            *routes("GET", path + "/{name}", ByName, self.get),
            *routes("PUT", path + "/{name}/config", UpdateConfig, self.update_config),
            *routes("PATCH", path + "/{name}/tags", PatchTags, self.patch_tags),
            *routes("DELETE", path + "/{name}", ByName, self.delete),
            *routes("GET", logs, ServedModelLog, self.logs),
        ]

    def create(self, request: Create) -> Answer:
        """A new endpoint; it serves when its state is READY."""
        if not ENDPOINT_NAME.fullmatch(request.name):
            raise InvalidParameterValue(
                f"Invalid endpoint name {request.name!r}: at most 63 letters, digits, dashes and underscores "
                "are allowed, the first a letter or digit."
            )
        if request.config is None:
            raise InvalidParameterValue("Missing required field: config")
        _refuse_not_offered(request)
        _refuse_not_offered(request.config)
        about = {
            "tags": _checked_tags(request.tags),
            "description": request.description,
            "route_optimized": False,
        }
        return self._endpoints.create(request.name, request.config.checked(), about)

    def list(self, _: Nothing) -> Answer:
        """All endpoints."""
        endpoints = self._endpoints.list()
        return {"endpoints": endpoints} if endpoints else {}

    def get(self, request: ByName) -> Answer:
        """One endpoint."""
        return self._endpoints.get(request.name)

    def update_config(self, request: UpdateConfig) -> Answer:
        """Deploy another configuration; the present one serves until the other is ready."""
        _refuse_not_offered(request)
        return self._endpoints.update_config(request.name, request.checked())

    def patch_tags(self, request: PatchTags) -> Answer:
        """Add and remove tags."""
        removed = set(request.delete_tags)
        tags = self._endpoints.change_tags(request.name, _checked_tags(request.add_tags), removed)
        return {"tags": tags_to_wire(tags)}

    def delete(self, request: ByName) -> Answer:
        """End the endpoint."""
        self._endpoints.delete(request.name)
        return {}

    def logs(self, request: ServedModelLog) -> Answer:
        """What a served version's scoring server has written."""
        return {"logs": self._endpoints.log(request.name, request.served_model_name)}


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
