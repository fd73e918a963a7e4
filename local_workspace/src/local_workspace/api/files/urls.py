"""`fs/create-…-url`: where the bytes of a file are sent to, or fetched from, without a token.

The paths are checked when a URL is made and again when it is used.
"""

from datetime import datetime
from typing import Any

from pydantic import Field
from starlette.routing import Route

from local_workspace.api.wire import Addressed, Answer, routes
from local_workspace.errors import InvalidParameterValue
from local_workspace.files.trees.trees import Access, Trees
from local_workspace.files.trees.uploads import MOST_PARTS, Uploads
from local_workspace.signed_urls import Purpose, SignedUrls

MOST_URLS = 100


class OneUrl(Addressed):
    """`create-download-url`, `create-upload-url`: in the query (the SDK) or in a JSON body (MLflow)."""

    path: str
    expire_time: str = ""


class OfUpload(OneUrl):
    """`create-abort-upload-url`."""

    session_token: str = ""


class PartUrls(OfUpload):
    """`create-upload-part-urls`."""

    start_part_number: int = Field(default=1, ge=1, le=MOST_PARTS)
    count: int = Field(default=1, ge=1, le=MOST_URLS)


def url_routes(trees: Trees, uploads: Uploads, signed_urls: SignedUrls) -> list[Route]:
    """The URLs of one file; `create-resumable-upload-url` is Google's and is not offered here."""

    def signed(request: OneUrl, purpose: Purpose) -> dict[str, Any]:
        url = signed_urls.url(request.origin, purpose, _until(request.expire_time))
        return {"url": url, "headers": []}

    def download(request: OneUrl) -> Answer:
        return signed(request, Purpose("GET", trees.place(request.path, Access.READ).path))

    def upload(request: OneUrl) -> Answer:
        return signed(request, Purpose("PUT", trees.place(request.path, Access.WRITE).path))

    def parts(request: PartUrls) -> Answer:
        path = trees.place(request.path, Access.WRITE).path
        uploads.require(request.session_token, path)
        first = request.start_part_number
        numbers = range(first, min(first + request.count, MOST_PARTS + 1))
        urls = [
            {"part_number": n} | signed(request, Purpose("PUT", path, request.session_token, n))
            for n in numbers
        ]
        return {"upload_part_urls": urls}

    def abort(request: OfUpload) -> Answer:
        path = trees.place(request.path, Access.WRITE).path
        uploads.require(request.session_token, path)
        return {"abort_upload_url": signed(request, Purpose("DELETE", path, request.session_token))}

    return [
        *routes("POST", "fs/create-download-url", OneUrl, download),
        *routes("POST", "fs/create-upload-url", OneUrl, upload),
        *routes("POST", "fs/create-upload-part-urls", PartUrls, parts),
        *routes("POST", "fs/create-abort-upload-url", OfUpload, abort),
    ]


def _until(expire_time: str) -> float | None:
    """Seconds since the epoch of an RFC 3339 time; None if none is given."""
    try:
        return datetime.fromisoformat(expire_time).timestamp() if expire_time else None
    except (ValueError, OverflowError) as error:
        raise InvalidParameterValue(
            f"expire_time must be a time such as 2026-01-31T12:00:00Z, got {expire_time[:40]!r}."
        ) from error
