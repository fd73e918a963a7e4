"""APIs of Databricks that this workspace does not have: answered 501, with words that name them."""

from collections.abc import Awaitable, Callable
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from local_workspace.api.refusals import envelope
from local_workspace.api.wire import routes
from local_workspace.errors import NotOffered
from local_workspace.messages import Message

_METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]
# The beginning of the path below /api/<version>/ (with parameters), and what is there.
APIS = {
    "accounts": "accounts",
    "alerts": "SQL alerts",
    "apps": "Databricks Apps",
    "clean-rooms": "clean rooms",
    "dashboards": "dashboards",
    "genie": "Genie",
    "git-credentials": "Git credentials",
    "global-init-scripts": "global init scripts",
    "instance-profiles": "instance profiles",
    "ip-access-lists": "IP access lists",
    "lakeview": "dashboards",
    "pipelines": "pipelines",
    "queries": "SQL queries",
    "repos": "Git folders",
    "serving-endpoints/pt": "provisioned throughput",
    "serving-endpoints/{name}/ai-gateway": "AI gateway",
    "serving-endpoints/{name}/notifications": "notifications of endpoints",
    "sql": "SQL warehouses",
    "vector-search": "vector search",
    "warehouses": "SQL warehouses",
}


# Lists of what is not there: true, and what clients of other things ask for in passing.
_EMPTY: dict[str, dict[str, Any]] = {
    "repos": {"repos": []},
    "sql/history/queries": {"res": [], "has_next_page": False},
    "global-init-scripts": {"scripts": []},
}


def not_offered_routes() -> list[Route]:
    """A route for everything below each of them; put it after those that are offered."""
    none_there = [route for path, answer in _EMPTY.items() for route in _empty(path, answer)]
    refused = [
        Route(f"/api/{{version}}/{api}{rest}", _endpoint(what), methods=_METHODS)
        for api, what in APIS.items()
        for rest in ("", "/{rest:path}")
    ]
    return [*none_there, *refused]


def _empty(path: str, answer: dict[str, Any]) -> list[Route]:
    return routes("GET", path, Message, lambda _: answer)


def _endpoint(what: str) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        return envelope(
            NotOffered(f"The local workspace has no {what} ({request.method} {request.url.path}).")
        )

    return endpoint
