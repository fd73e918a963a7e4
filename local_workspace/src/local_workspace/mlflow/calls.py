"""MLflow's calls, answered by its Flask application itself.

MLflow's ASGI application hands them on through its middlewares and takes the answer over in pieces, from
thread to thread: that takes as long as most calls do.
"""

from collections.abc import Callable
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

# What only Flask answers there: with JSON, all of it at once.
PREFIX = "/api/2.0/mlflow/"

# https://peps.python.org/pep-3333/
WsgiApp = Callable[[dict[str, Any], Callable[..., Any]], Any]


def answered_by(flask: WsgiApp) -> ASGIApp:
    """An ASGI application that calls this WSGI application in a thread, and sends its whole answer."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        body = await Request(scope, receive).body()
        response = await run_in_threadpool(_answer, flask, scope, body)
        await response(scope, receive, send)

    return app


def _answer(flask: WsgiApp, scope: Scope, body: bytes) -> Response:
    # Here, as they take long to import.
    from starlette.middleware.wsgi import build_environ
    from werkzeug.test import run_wsgi_app

    content, status, headers = run_wsgi_app(flask, build_environ(scope, body), buffered=True)
    return Response(b"".join(content), int(status.split()[0]), dict(headers))
