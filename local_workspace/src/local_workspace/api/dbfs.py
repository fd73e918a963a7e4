"""DBFS 2.0: https://docs.databricks.com/api/azure/workspace/dbfs"""

import base64
import binascii

from starlette.routing import Route

from local_workspace.api.bodies import BodyLimit
from local_workspace.api.wire import Answer, routes
from local_workspace.errors import InvalidParameterValue, MaxBlockSizeExceeded, MaxReadSizeExceeded
from local_workspace.files.dbfs import DbfsFiles
from local_workspace.messages import Message, Number

BLOCK_BYTES = 1024 * 1024
DEFAULT_READ_BYTES = BLOCK_BYTES // 2
# For a multipart form, which is held in memory here. Databricks takes up to 2 GB; more goes by `add-block`.
PUT_LIMIT = BodyLimit(256 * 1024 * 1024, MaxBlockSizeExceeded)


class OnePath(Message):
    """`get-status`, `list`, `mkdirs`."""

    path: str


class Create(OnePath):
    """`create`: a file to be written block by block."""

    overwrite: bool = False


class AddBlock(Message):
    """`add-block`: base64, at most 1 MiB decoded."""

    handle: int
    data: str


class Close(Message):
    """`close`."""

    handle: int


class Put(Create):
    """`put`: the content as base64 in JSON (at most 1 MiB decoded), or as the file of a multipart form."""

    contents: str | bytes = ""


class Read(OnePath):
    """`read`: a part of a file, at most 1 MiB."""

    offset: Number = 0
    length: Number = DEFAULT_READ_BYTES


class Delete(OnePath):
    """`delete`."""

    recursive: bool = False


class Move(Message):
    """`move`."""

    source_path: str
    destination_path: str


def dbfs_routes(files: DbfsFiles) -> list[Route]:
    """Every method of DBFS 2.0."""
    return [
        *routes(
            "POST", "dbfs/create", Create, lambda m: {"handle": files.open(m.path, overwrite=m.overwrite)}
        ),
        *routes("POST", "dbfs/add-block", AddBlock, lambda m: files.append(m.handle, _decoded_block(m.data))),
        *routes("POST", "dbfs/close", Close, lambda m: files.close(m.handle)),
        *routes("POST", "dbfs/put", Put, lambda m: _put(files, m), limit=PUT_LIMIT),
        *routes("GET", "dbfs/read", Read, lambda m: _read(files, m)),
        *routes("GET", "dbfs/get-status", OnePath, lambda m: files.status(m.path)),
        *routes("GET", "dbfs/list", OnePath, lambda m: _list(files, m)),
        *routes("POST", "dbfs/mkdirs", OnePath, lambda m: files.make_folders(m.path)),
        *routes("POST", "dbfs/delete", Delete, lambda m: files.delete(m.path, recursive=m.recursive)),
        *routes("POST", "dbfs/move", Move, lambda m: files.move(m.source_path, m.destination_path)),
    ]


def _put(files: DbfsFiles, request: Put) -> None:
    content = request.contents
    block = _decoded_block(content) if isinstance(content, str) else content
    files.write(request.path, block, overwrite=request.overwrite)


def _read(files: DbfsFiles, request: Read) -> Answer:
    if request.length > BLOCK_BYTES:
        raise MaxReadSizeExceeded(f"Cannot read {request.length} bytes: at most {BLOCK_BYTES} at a time.")
    block = files.read(request.path, request.offset, request.length)
    return {"bytes_read": len(block), "data": base64.b64encode(block).decode()}


def _list(files: DbfsFiles, request: OnePath) -> Answer:
    found = files.list(request.path)
    return {"files": found} if found else {}  # an empty folder has no `files` field


def _decoded_block(data: str) -> bytes:
    """The bytes of a base64 text; `MaxBlockSizeExceeded` when they are more than 1 MiB."""
    try:
        block = base64.b64decode(data, validate=True)
    except (binascii.Error, ValueError) as error:
        raise InvalidParameterValue(f"The content is not base64: {error}") from error
    if len(block) > BLOCK_BYTES:
        raise MaxBlockSizeExceeded(f"The block has {len(block)} bytes: at most {BLOCK_BYTES} are allowed.")
    return block
