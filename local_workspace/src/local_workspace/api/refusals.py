"""How a refusal is answered: the one place that turns a `WorkspaceError` into a response."""

from http import HTTPStatus
from xml.sax.saxutils import escape

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute
from starlette.types import Scope

from local_workspace.api.not_offered import what_is_not_offered
from local_workspace.errors import EndpointNotFound, NotOffered, StorageError, WorkspaceError


def application(routes: list[BaseRoute]) -> Starlette:
    """The routes (and what is mounted among them), with every error answered in Databricks' form."""
    return Starlette(
        routes=routes,
        exception_handlers={
            WorkspaceError: _refused,
            HTTPStatus.METHOD_NOT_ALLOWED: _no_such_route,
            Exception: _internal_error,
        },
    )


def no_such_route(scope: Scope) -> WorkspaceError:
    """The error for a route, or a method of it, that is not offered: it says if Databricks has it."""
    method, path = scope["method"], scope["path"]
    if what := what_is_not_offered(path):
        return NotOffered(f"The local workspace has no {what} ({method} {path}).")
    return EndpointNotFound(f"No API found for '{method} {path}'")


def envelope(error: WorkspaceError) -> Response:
    """The JSON object that Databricks answers, with the error's status; a storage's XML for signed URLs."""
    if isinstance(error, StorageError):
        return Response(_storage_xml(error), error.status, media_type="application/xml")
    return JSONResponse(error.envelope, status_code=error.status, headers=error.headers)


def _storage_xml(error: StorageError) -> str:
    return f"<Error><Code>{error.error_code}</Code><Message>{escape(str(error))}</Message></Error>"


async def _refused(request: Request, error: Exception) -> Response:
    """As the route says it (a page has words for a person), else as an API does."""
    assert isinstance(error, WorkspaceError)  # noqa: S101 - Starlette's type of a handler says less
    answer = getattr(request.state, "refusal", envelope)
    response: Response = answer(error)
    return response


async def _no_such_route(request: Request, _: Exception) -> Response:
    return envelope(no_such_route(request.scope))


async def _internal_error(request: Request, _: Exception) -> Response:
    """The traceback is in the server's log; its text may hold what the caller should not see."""
    return envelope(
        WorkspaceError(
            f"The workspace failed to answer {request.method} {request.url.path}; see its server.log."
        )
    )
