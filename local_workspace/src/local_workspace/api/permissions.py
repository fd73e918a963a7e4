"""Permissions 2.0: https://docs.databricks.com/api/azure/workspace/permissions"""

from pydantic import Field
from starlette.routing import Route

from local_workspace.api.wire import Answer, routes
from local_workspace.messages import Message
from local_workspace.permissions.permissions import Permissions


class Object(Message):
    """A request about one object."""

    object_type: str
    object_id: str


class Change(Object):
    """What is allowed from now on."""

    access_control_list: list[dict[str, str]] = Field(default_factory=list)


def permission_routes(permissions: Permissions) -> list[Route]:
    """Every method of Permissions 2.0."""
    path = "permissions/{object_type}/{object_id}"
    return [
        *routes("GET", path, Object, lambda m: permissions.get(m.object_type, m.object_id)),
        *routes("PUT", path, Change, lambda m: _set(permissions, m, replace=True)),
        *routes("PATCH", path, Change, lambda m: _set(permissions, m, replace=False)),
        *routes("GET", f"{path}/permissionLevels", Object, lambda m: _levels(permissions, m)),
    ]


def _set(permissions: Permissions, request: Change, *, replace: bool) -> Answer:
    permissions.set(request.object_type, request.object_id, request.access_control_list, replace=replace)
    return permissions.get(request.object_type, request.object_id)


def _levels(permissions: Permissions, request: Object) -> Answer:
    levels = permissions.levels(request.object_type, request.object_id)
    return {"permission_levels": [{"permission_level": level, "description": level} for level in levels]}
