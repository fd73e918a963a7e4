"""What is done by a signed URL: GET of a file, PUT of a file or a part of it, DELETE of an upload in parts.

The guard has let the request through by the URL's proof; here the proof says what is to be done.
"""

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from local_workspace.api.files.files import LARGEST_FILE, content_of
from local_workspace.api.wire import Body, raw_routes
from local_workspace.errors import NoSuchKey, NotFound
from local_workspace.files.trees.trees import Access, Trees
from local_workspace.files.trees.uploads import Uploads
from local_workspace.messages import Message
from local_workspace.signed_urls import PREFIX, Purpose, SignedUrls

CREATED = 201


def signed_routes(trees: Trees, uploads: Uploads, signed_urls: SignedUrls) -> list[Route]:
    """The routes below `/signed-files/`."""

    async def get(purpose: Purpose, body: Body) -> Response:
        place = await run_in_threadpool(trees.place, purpose.path, Access.READ)
        return await run_in_threadpool(content_of, place, body.request.headers)

    async def put(purpose: Purpose, body: Body) -> Response:
        place = await run_in_threadpool(trees.place, purpose.path, Access.WRITE)
        if not purpose.upload:
            await uploads.write(place, body.stream(), overwrite=True)
            return Response(status_code=CREATED)
        session = await run_in_threadpool(uploads.require, purpose.upload, purpose.path)
        etag = await uploads.write_part(session, purpose.part, body.stream())
        return Response(status_code=CREATED, headers={"etag": f'"{etag}"'})

    async def delete(purpose: Purpose, _: Body) -> Response:
        session = await run_in_threadpool(uploads.require, purpose.upload, purpose.path)
        await run_in_threadpool(uploads.abort, session)
        return Response()

    by_method = {"GET": get, "PUT": put, "DELETE": delete}

    async def answer(_: Message, body: Body) -> Response:
        try:
            purpose = _purpose(signed_urls, body.request)
            return await by_method[purpose.method](purpose, body)
        except NotFound as error:
            raise NoSuchKey(str(error)) from error

    path = PREFIX + "/{path:path}"
    return [
        route
        for method in by_method
        for route in raw_routes(method, path, Message, answer, limit=LARGEST_FILE)
    ]


def _purpose(signed_urls: SignedUrls, request: Request) -> Purpose:
    return signed_urls.check(request.method, request.scope["path"], request.query_params)
