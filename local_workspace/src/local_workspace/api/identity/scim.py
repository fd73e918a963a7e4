"""SCIM 2.0 for users, groups and service principals: https://docs.databricks.com/api/azure/workspace/users"""

from typing import Any

from pydantic import ConfigDict, Field
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from local_workspace.api.wire import Answer, routes
from local_workspace.identity.kinds import KINDS, Kind
from local_workspace.identity.principals import Principals
from local_workspace.messages import Message, Number

_MOST_AT_ONCE = 10_000
_NO_CONTENT = 204


class ListPrincipals(Message):
    """A page of a list; `startIndex` counts from 1."""

    filter: str = ""
    start: Number = Field(default=1, alias="startIndex")
    count: Number = _MOST_AT_ONCE


class PrincipalId(Message):
    """A request about one principal."""

    number: str


class Create(Message):
    """All that a client gives of a principal."""

    model_config = ConfigDict(extra="allow")


class Replace(Create):
    """The same of one that is there."""

    number: str


class Patch(PrincipalId):
    """Changes, one after the other."""

    operations: list[dict[str, Any]] = Field(alias="Operations")


def scim_routes(principals: Principals) -> list[Route]:
    """Create, read, replace, change, delete and list each of the kinds."""
    return [route for kind in KINDS for route in _routes(principals, kind)]


def _routes(principals: Principals, kind: Kind) -> list[Route]:
    path = f"preview/scim/v2/{kind.path}"
    one = f"{path}/{{number}}"

    def create(request: Create) -> Response:
        return JSONResponse(principals.create(kind, request.model_extra or {}), status_code=201)

    def replace(request: Replace) -> Answer:
        principals.replace(kind, request.number, request.model_extra or {})
        return principals.get(kind, request.number)

    def patch(request: Patch) -> Answer:
        principals.patch(kind, request.number, request.operations)
        return principals.get(kind, request.number)

    def delete(request: PrincipalId) -> Response:
        principals.delete(kind, request.number)
        return Response(status_code=_NO_CONTENT)

    return [
        *routes("GET", path, ListPrincipals, lambda m: _page(principals.list(kind, m.filter), m)),
        *routes("POST", path, Create, create),
        *routes("GET", one, PrincipalId, lambda m: principals.get(kind, m.number)),
        *routes("PUT", one, Replace, replace),
        *routes("PATCH", one, Patch, patch),
        *routes("DELETE", one, PrincipalId, delete),
    ]


def _page(found: list[dict[str, Any]], request: ListPrincipals) -> Answer:
    first = max(request.start, 1)
    shown = found[first - 1 : first - 1 + request.count]
    return {
        "schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
        "totalResults": len(found),
        "startIndex": first,
        "itemsPerPage": len(shown),
        "Resources": shown,
    }
