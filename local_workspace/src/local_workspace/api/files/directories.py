"""`fs/directories`: folders of the Files API."""

import base64
import binascii

from starlette.responses import Response
from starlette.routing import Route

from local_workspace.api.wire import Answer, routes
from local_workspace.errors import InvalidParameterValue
from local_workspace.files.trees.content import list_folder, make_folder, remove_folder, require_folder
from local_workspace.files.trees.trees import Access, Trees
from local_workspace.messages import Message

NO_CONTENT = 204


class OneDirectory(Message):
    """`HEAD`, `PUT`, `DELETE`; the path comes without its first slash."""

    path: str


class List(OneDirectory):
    """`GET`: a page of what is in the folder."""

    page_size: int = 0
    page_token: str = ""


def directory_routes(trees: Trees) -> list[Route]:
    """Every method of `fs/directories`."""
    path = "fs/directories/{path:path}"

    def require(request: OneDirectory) -> Answer:
        require_folder(trees.place("/" + request.path, Access.READ))
        return Response(media_type="application/octet-stream")

    def contents(request: List) -> Answer:
        place = trees.place("/" + request.path, Access.READ)
        page = list_folder(place, name_before(request.page_token), request.page_size)
        more = {"next_page_token": page_token(page.last_name)} if page.last_name else {}
        return {"contents": page.entries} | more

    def make(request: OneDirectory) -> Answer:
        make_folder(trees.place("/" + request.path, Access.WRITE))
        return Response(status_code=NO_CONTENT)

    def remove(request: OneDirectory) -> Answer:
        remove_folder(trees.place("/" + request.path, Access.WRITE))
        return Response(status_code=NO_CONTENT)

    return [
        *routes("HEAD", path, OneDirectory, require),
        *routes("GET", path, List, contents),
        *routes("PUT", path, OneDirectory, make),
        *routes("DELETE", path, OneDirectory, remove),
    ]


def page_token(name: str) -> str:
    """What a page ends with that is not the last one, from the last name on it."""
    return base64.urlsafe_b64encode(name.encode()).decode()


def name_before(token: str) -> str:
    """The last name on the page before; "" for the first page."""
    try:
        return base64.b64decode(token, altchars=b"-_", validate=True).decode()
    except (binascii.Error, ValueError) as error:
        raise InvalidParameterValue(f"page_token {token[:80]!r} is none that this workspace gave.") from error
