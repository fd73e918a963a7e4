"""APIs of Databricks that this workspace does not have: answered 501, with words that name them."""

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from local_workspace.api.refusals import envelope
from local_workspace.errors import NotOffered

_METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE"]
# The beginning of the path below /api/<version>/, and what is there.
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
    "sql": "SQL warehouses",
    "token": "tokens (every client uses the workspace's own)",
    "token-management": "tokens (every client uses the workspace's own)",
    "vector-search": "vector search",
    "warehouses": "SQL warehouses",
    "workspace-conf": "settings of a workspace",
}


def not_offered_routes() -> list[Route]:
    """A route for everything below each of them; put it after those that are offered."""
    return [
        Route(f"/api/{{version}}/{api}{rest}", _endpoint(what), methods=_METHODS)
        for api, what in APIS.items()
        for rest in ("", "/{rest:path}")
    ]


def _endpoint(what: str) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        return envelope(
            NotOffered(f"The local workspace has no {what} ({request.method} {request.url.path}).")
        )

    return endpoint
