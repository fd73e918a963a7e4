"""`fs/files`: a file's bytes in and out, and uploads in parts."""

from collections.abc import Mapping
from email.utils import parsedate_to_datetime

from pydantic import Field
from starlette.concurrency import run_in_threadpool
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from local_workspace.api.bodies import MEBIBYTE, BodyLimit
from local_workspace.api.wire import Answer, Body, raw_routes, routes
from local_workspace.errors import InvalidParameterValue, PreconditionFailed
from local_workspace.files.trees.content import file_status, remove_file
from local_workspace.files.trees.trees import Access, Place, Trees
from local_workspace.files.trees.uploads import MOST_PARTS, Uploads
from local_workspace.messages import Message

LARGEST_FILE = BodyLimit(5 * 1024 * MEBIBYTE)
NO_CONTENT = 204


class OneFile(Message):
    """`GET`, `HEAD`, `DELETE`; the path comes without its first slash."""

    path: str


class Upload(OneFile):
    """`PUT`: without `overwrite`, a file that is there is replaced."""

    overwrite: bool = True


class Part(Message):
    """One part of a file, as its upload was answered."""

    part_number: int
    etag: str = ""


class InParts(Upload):
    """`POST`: the beginning and the end of an upload in parts."""

    action: str = ""
    session_token: str = ""
    parts: list[Part] = Field(default=[], max_length=MOST_PARTS)


def file_routes(trees: Trees, uploads: Uploads) -> list[Route]:
    """Every method of `fs/files`."""
    path = "fs/files/{path:path}"

    async def download(request: OneFile, body: Body) -> Response:
        place = await run_in_threadpool(trees.place, "/" + request.path, Access.READ)
        return await run_in_threadpool(content_of, place, body.request.headers)

    async def upload(request: Upload, body: Body) -> Response:
        place = await run_in_threadpool(trees.place, "/" + request.path, Access.WRITE)
        await uploads.write(place, body.stream(), overwrite=request.overwrite)
        return Response(status_code=NO_CONTENT)

    def remove(request: OneFile) -> Answer:
        remove_file(trees.place("/" + request.path, Access.WRITE))
        return Response(status_code=NO_CONTENT)

    return [
        *raw_routes("GET", path, OneFile, download),
        *raw_routes("PUT", path, Upload, upload, limit=LARGEST_FILE),
        *routes("DELETE", path, OneFile, remove),
        *routes("POST", path, InParts, lambda m: _in_parts(trees, uploads, m)),
    ]


def content_of(place: Place, headers: Mapping[str, str]) -> Response:
    """A file's bytes, or a range of them; `PreconditionFailed` if it has changed since the client saw it."""
    status = file_status(place)
    seen = headers.get("if-unmodified-since", "")
    if seen and int(status.st_mtime) > _seconds(seen):
        raise PreconditionFailed(f"The file has been modified since {seen}. ({place.path})")
    return FileResponse(place.file, media_type="application/octet-stream", stat_result=status)


def _in_parts(trees: Trees, uploads: Uploads, request: InParts) -> Answer:
    place = trees.place("/" + request.path, Access.WRITE)
    if request.action == "initiate-upload":
        token = uploads.begin(place, overwrite=request.overwrite)
        return {"multipart_upload": {"session_token": token}}
    if request.action == "complete-upload":
        session = uploads.require(request.session_token, place.path)
        uploads.complete(session, place, [(part.part_number, part.etag) for part in request.parts])
        return {}
    raise InvalidParameterValue(
        f"action must be initiate-upload or complete-upload, got {request.action!r} for {place.path}."
    )


def _seconds(date: str) -> float:
    """Seconds since the epoch of an HTTP date; of anything else the end of time, as HTTP ignores it."""
    try:
        return parsedate_to_datetime(date).timestamp()
    except (ValueError, OverflowError):
        return float("inf")
