"""What every page looks like: a title, facts, then tables and texts. The template escapes all of it."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from local_workspace.errors import WorkspaceError

_TEMPLATES = Environment(
    loader=FileSystemLoader(Path(__file__).parent), autoescape=True, undefined=StrictUndefined
)
_HEADERS = {
    "content-security-policy": (
        "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    ),
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cache-control": "no-store",
}


@dataclass(frozen=True)
class Link:
    """A text that leads to another page of the workspace."""

    text: str
    address: str


Cell = str | Link


@dataclass(frozen=True)
class Table:
    """Rows under named columns."""

    heading: str
    columns: tuple[str, ...]
    rows: list[tuple[Cell, ...]]


@dataclass(frozen=True)
class Text:
    """Lines as they are, such as a script's output."""

    heading: str
    text: str


@dataclass(frozen=True)
class Page:
    """One page; it loads itself again every few seconds while what it shows is `changing`."""

    title: str
    facts: tuple[tuple[str, Cell], ...] = ()
    sections: tuple[Table | Text, ...] = ()
    changing: bool = False


@dataclass(frozen=True)
class Elsewhere:
    """Another application's page; the query of the request (a filter, say) goes there too."""

    address: str


def page_route(path: str, page: Callable[..., Page | Elsewhere]) -> Route:
    """A page at a path whose parameters (`{name}`) are `page`'s arguments; what does not exist is a 404."""

    async def endpoint(request: Request) -> Response:
        request.state.refusal = _not_found
        made = await run_in_threadpool(page, **request.path_params)
        if isinstance(made, Page):
            return _answer(made)
        query = request.url.query
        return RedirectResponse(f"{made.address}?{query}" if query else made.address, status_code=302)

    return Route(path, endpoint, methods=["GET"])


def _not_found(error: WorkspaceError) -> Response:
    return _answer(Page("Not found", (("What is missing", str(error)),)), status=404)


def _answer(page: Page, status: int = 200) -> HTMLResponse:
    return HTMLResponse(html(page).encode(errors="replace"), status, _HEADERS)


def html(page: Page) -> str:
    """The document."""
    return _TEMPLATES.get_template("page.html").render(page=page)


MOST_ROWS = 100
"""How many entries of a list a page shows: the newest."""


def moment(milliseconds: int) -> str:
    """A time of the API as text in UTC; a dash for 0, which stands for not yet."""
    if not milliseconds:
        return "\N{EN DASH}"
    return f"{datetime.fromtimestamp(milliseconds / 1000, UTC):%Y-%m-%d %H:%M:%S} UTC"


def number(text: str) -> int:
    """A run's or job's number in an address; -1, which is nobody's, for what is no number."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 18 else -1
