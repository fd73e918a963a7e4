"""The index of routes answers as a list of them does."""

from collections.abc import Awaitable, Callable

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route, Router
from starlette.testclient import TestClient

from local_workspace.api.routing import IndexedRouter


def said(name: str) -> Callable[[Request], Awaitable[Response]]:
    """An endpoint that says its name and the parameters of its path."""

    async def endpoint(request: Request) -> Response:
        return PlainTextResponse(f"{name} {sorted(request.path_params.items())}")

    return endpoint


ROUTES: list[BaseRoute] = [
    Route("/api/2.0/clusters/get", said("get"), methods=["GET"]),
    Route("/api/2.0/clusters/get/", said("get with slash"), methods=["GET"]),
    Route("/api/2.0/clusters", said("all"), methods=["GET"]),
    Route("/api/2.0/endpoints/{name}", said("one"), methods=["GET"]),
    Route("/api/2.0/endpoints/{name}/served/{served}/logs", said("logs"), methods=["GET"]),
    Route("/api/2.0/endpoints/special", said("never, as one comes first"), methods=["GET"]),
    Route("/api/2.0/endpoints/special", said("posted"), methods=["POST"]),
    Route("/api/{version}/clusters/get", said("any version"), methods=["GET", "POST"]),
    Route("/api/{version}/sql/{rest:path}", said("refused"), methods=["GET"]),
    Route("/jobs/{job_id}/runs/{run_id}", said("page"), methods=["GET"]),
    Route("/", said("home"), methods=["GET"]),
]
REST = Mount("/", Starlette(routes=[Route("/{path:path}", said("rest"), methods=["GET"])]))
PATHS = [
    "/",
    "/api/2.0/clusters",
    "/api/2.0/clusters/",
    "/api/2.0/clusters/get",
    "/api/2.0/clusters/get/",
    "/api/2.1/clusters/get",
    "/api/2.0/clusters/get/more",
    "/api/2.0/endpoints/a%2Fb",
    "/api/2.0/endpoints/special",
    "/api/2.0/endpoints/a/served/b/logs",
    "/api/2.0/sql/a/b/c",
    "/api/2.0/sql",
    "/jobs/1/runs/2",
    "//jobs/1/runs/2",
    "/nothing/of/this/kind/is/there",
]


@pytest.mark.parametrize("routes", [ROUTES, [*ROUTES, REST]], ids=["alone", "with a mount"])
@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_the_same_route_answers_as_in_a_list(routes: list[BaseRoute], path: str, method: str) -> None:
    answers = []
    for app in (IndexedRouter(routes), Router(routes, redirect_slashes=False)):
        answer = TestClient(app, follow_redirects=False).request(method, path)
        answers.append((answer.status_code, answer.text))
    assert answers[0] == answers[1]
