"""How a request becomes a typed message, and an answer or an error becomes JSON.

What real clients need (each was met with one of them): parameters of a GET in its JSON body, numbers as
strings, unknown fields, JSON under any content type, and never an empty body in an answer.
"""

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar

from pydantic import ValidationError
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from local_workspace.api.bodies import DEFAULT_LIMIT, BodyLimit, json_object
from local_workspace.errors import EndpointNotFound, InvalidParameterValue, MalformedRequest, WorkspaceError
from local_workspace.messages import Message

__all__ = [
    "Answer",
    "Handler",
    "Message",
    "error_response",
    "no_api_found",
    "no_such_route",
    "parse",
    "public_route",
    "read_fields",
    "routes",
]

Answer = dict[str, Any] | Response


M = TypeVar("M", bound=Message)
Handler = Callable[[M], Answer]


def routes(
    method: str,
    path: str,
    message: type[M],
    handler: Handler[M],
    versions: str = "2.0",
    limit: BodyLimit = DEFAULT_LIMIT,
) -> list[Route]:
    """Routes `/api/<version>/<path>` for every version (space separated), with and without trailing slash.

    Path parameters (`{name}`) become fields of the message. The handler runs in a worker thread, may block,
    and answers a JSON object or a whole response; a `WorkspaceError` becomes Databricks' error envelope.
    """
    endpoint = _endpoint(message, handler, limit)
    paths = [f"/api/{version}/{path}" for version in versions.split()]
    return [Route(p + slash, endpoint, methods=[method]) for p in paths for slash in ("", "/")]


def public_route(path: str, answer: Callable[[], Answer]) -> Route:
    """A GET route outside `/api/` that takes no parameters."""

    async def endpoint(_: Request) -> Response:
        return _response(answer())

    return Route(path, endpoint, methods=["GET"])


def _endpoint(
    message: type[M], handler: Handler[M], limit: BodyLimit
) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        try:
            fields = await read_fields(request, limit)
            answer = await run_in_threadpool(handler, parse(message, fields | request.path_params))
        except WorkspaceError as error:
            return error_response(error)
        return _response(answer)

    return endpoint


def _response(answer: Answer) -> Response:
    return answer if isinstance(answer, Response) else JSONResponse(answer)


async def read_fields(request: Request, limit: BodyLimit = DEFAULT_LIMIT) -> dict[str, Any]:
    """Query, form and JSON body as one dictionary; repeated query keys become lists."""
    query = request.query_params
    fields: dict[str, Any] = {key: _one_or_all(query.getlist(key)) for key in query}
    limited = Request(request.scope, limit.receive(request.receive))
    if request.headers.get("content-type", "").startswith("multipart/form-data"):
        return fields | await _form(limited)
    return fields | json_object(await limited.body())


async def _form(request: Request) -> dict[str, Any]:
    try:
        async with request.form() as form:
            return {
                key: value if isinstance(value, str) else await value.read() for key, value in form.items()
            }
    except (HTTPException, KeyError) as error:  # KeyError: no boundary is named
        why = error.detail if isinstance(error, HTTPException) else "it has no boundary"
        raise MalformedRequest(f"Could not parse the multipart form: {why}") from error


def _one_or_all(values: list[str]) -> str | list[str]:
    return values[0] if len(values) == 1 else values


def parse(message: type[M], fields: dict[str, Any]) -> M:
    """The fields as a message; `InvalidParameterValue` names every field that is missing or wrong."""
    try:
        return message.model_validate(fields)
    except ValidationError as error:
        raise InvalidParameterValue("; ".join(_problem(e) for e in error.errors())) from error


def _problem(error: Any) -> str:
    field = ".".join(str(part) for part in error["loc"])
    if error["type"] == "missing":
        return f"Missing required field: {field}"
    return f"Invalid value for {field}: {error['msg']}"


async def no_api_found(scope: Scope, receive: Receive, send: Send) -> None:
    """The answer to a route that is not offered, as an ASGI application."""
    await error_response(no_such_route(scope))(scope, receive, send)


def no_such_route(scope: Scope) -> EndpointNotFound:
    """The error for a route, or a method of it, that is not offered."""
    return EndpointNotFound(f"No API found for '{scope['method']} {scope['path']}'")


def error_response(error: WorkspaceError) -> Response:
    """Databricks' envelope with the error's status."""
    return JSONResponse(error.envelope, status_code=error.status)
