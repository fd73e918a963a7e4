"""How a request becomes a typed message, and an answer becomes JSON, bytes or a stream.

What real clients need (each was met with one of them): parameters of a GET in its JSON body, numbers as
strings, unknown fields, JSON under any content type, and never an empty body in an answer.

A refusal is a `WorkspaceError`, raised wherever it is found; `api.refusals` answers it.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any, TypeVar

from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from local_workspace.api.bodies import DEFAULT_LIMIT, BodyLimit, json_object
from local_workspace.errors import MalformedRequest
from local_workspace.messages import Message, parsed


class Addressed(Message):
    """A request whose answer has URLs: `origin` is that by which the client calls this workspace."""

    origin: str


class Called(Message):
    """A request whose answer depends on who asks: `caller` is the name of that user or service principal."""

    caller: str


# None is answered as an empty JSON object: clients read an answer to every call.
Answer = dict[str, Any] | Response | None
M = TypeVar("M", bound=Message)
Handler = Callable[[M], Answer]


@dataclass(frozen=True)
class Body:
    """The body of a request as it came: read it whole, or piece by piece."""

    request: Request

    @property
    def content_type(self) -> str:
        """What the client says that it is; "" if it says nothing."""
        return self.request.headers.get("content-type", "")

    async def read(self) -> bytes:
        """All of it."""
        return await self.request.body()

    def stream(self) -> AsyncIterator[bytes]:
        """Its pieces, as they come."""
        return self.request.stream()


Endpoint = Callable[[Request], Awaitable[Response]]
RawHandler = Callable[[M, Body], Awaitable[Response]]


def routes(
    method: str,
    path: str,
    message: type[M],
    handler: Handler[M],
    versions: str = "2.0",
    limit: BodyLimit = DEFAULT_LIMIT,
) -> list[Route]:
    """Routes that take fields: from the path (`{name}`), the query, a form or a JSON body.

    A path below `/api/<version>/` is given without that, and is there for every version (space separated);
    one that begins with a slash is the whole path. The handler runs in a worker thread and may block.
    """

    async def endpoint(request: Request) -> Response:
        fields = await _read_fields(request, limit) | request.path_params
        if issubclass(message, Addressed):
            fields["origin"] = f"{request.url.scheme}://{request.headers['host']}"
        if issubclass(message, Called):
            fields["caller"] = request.scope["caller"]
        answer = await run_in_threadpool(handler, parsed(message, fields))
        return answer if isinstance(answer, Response) else JSONResponse(answer or {})

    return _at(method, path, versions, _described(endpoint, Description(message)))


def raw_routes(
    method: str,
    path: str,
    message: type[M],
    handler: RawHandler[M],
    versions: str = "2.0",
    limit: BodyLimit = DEFAULT_LIMIT,
) -> list[Route]:
    """Routes that take bytes: fields come from the path and the query only, the body is the handler's.

    Paths are those of `routes`. The handler is asynchronous and must not block. It has read the body when
    it answers, with any response, for example a `StreamingResponse`.
    """

    async def endpoint(request: Request) -> Response:
        said = parsed(message, _query(request) | request.path_params)
        return await handler(said, Body(_limited(request, limit)))

    return _at(method, path, versions, _described(endpoint, Description(message, is_raw=True)))


@dataclass(frozen=True)
class Description:
    """What a route takes; `is_raw`: bytes, beside what is in its path and query."""

    message: type[Message]
    is_raw: bool = False


def description_of(route: Route) -> Description | None:
    """What a route takes, if it was made here."""
    found: Description | None = getattr(route.endpoint, "description", None)
    return found


def _described(endpoint: Endpoint, description: Description) -> Endpoint:
    endpoint.description = description  # type: ignore[attr-defined]
    return endpoint


def _at(method: str, path: str, versions: str, endpoint: Endpoint) -> list[Route]:
    """With and without trailing slash, as clients send both."""
    whole = path.startswith("/")
    paths = [path] if whole else [f"/api/{version}/{path}" for version in versions.split()]
    return [Route(p + slash, endpoint, methods=[method]) for p in paths for slash in ("", "/")]


def _limited(request: Request, limit: BodyLimit) -> Request:
    return Request(request.scope, limit.receive(request.receive))


async def _read_fields(request: Request, limit: BodyLimit) -> dict[str, Any]:
    limited = _limited(request, limit)
    if request.headers.get("content-type", "").startswith("multipart/form-data"):
        return _query(request) | await _form(limited)
    return _query(request) | json_object(await limited.body())


def _query(request: Request) -> dict[str, Any]:
    """Repeated keys become lists."""
    query = request.query_params
    return {key: _one_or_all(query.getlist(key)) for key in query}


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
