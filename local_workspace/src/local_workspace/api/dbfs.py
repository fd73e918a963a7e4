"""DBFS 2.0: https://docs.databricks.com/api/azure/workspace/dbfs"""

import base64
import binascii

from starlette.routing import Route

from local_workspace.api.bodies import BodyLimit
from local_workspace.api.wire import Answer, Message, routes
from local_workspace.engine.dbfs_files import DbfsFiles
from local_workspace.engine.dbfs_handles import DbfsHandles
from local_workspace.errors import InvalidParameterValue, MaxBlockSizeExceeded, MaxReadSizeExceeded
from local_workspace.messages import Number

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


class Dbfs:
    """The routes of the DBFS API."""

    def __init__(self, files: DbfsFiles, handles: DbfsHandles) -> None:
        self._files = files
        self._handles = handles

    def routes(self) -> list[Route]:
        """Every method of DBFS 2.0."""
        return [
            *routes("POST", "dbfs/create", Create, self.create),
            *routes("POST", "dbfs/add-block", AddBlock, self.add_block),
            *routes("POST", "dbfs/close", Close, self.close),
            *routes("POST", "dbfs/put", Put, self.put, limit=PUT_LIMIT),
            *routes("GET", "dbfs/read", Read, self.read),
            *routes("GET", "dbfs/get-status", OnePath, self.get_status),
            *routes("GET", "dbfs/list", OnePath, self.list),
            *routes("POST", "dbfs/mkdirs", OnePath, self.mkdirs),
            *routes("POST", "dbfs/delete", Delete, self.delete),
            *routes("POST", "dbfs/move", Move, self.move),
        ]

    def create(self, request: Create) -> Answer:
        """Open a new file for writing."""
        return {"handle": self._handles.open(self._files.create(request.path, overwrite=request.overwrite))}

    def add_block(self, request: AddBlock) -> Answer:
        """Append to an open file."""
        self._handles.append(request.handle, decoded_block(request.data))
        return {}

    def close(self, request: Close) -> Answer:
        """End the writing."""
        self._handles.close(request.handle)
        return {}

    def put(self, request: Put) -> Answer:
        """Write a whole file."""
        content = request.contents
        block = decoded_block(content) if isinstance(content, str) else content
        self._files.create(request.path, overwrite=request.overwrite).write_bytes(block)
        return {}

    def read(self, request: Read) -> Answer:
        """A part of a file as base64."""
        if request.length > BLOCK_BYTES:
            raise MaxReadSizeExceeded(f"Cannot read {request.length} bytes: at most {BLOCK_BYTES} at a time.")
        block = self._files.read(request.path, request.offset, request.length)
        return {"bytes_read": len(block), "data": base64.b64encode(block).decode()}

    def get_status(self, request: OnePath) -> Answer:
        """What is at a path."""
        return self._files.status(request.path)

    def list(self, request: OnePath) -> Answer:
        """What is in a folder; an empty one has no `files` field."""
        files = self._files.list(request.path)
        return {"files": files} if files else {}

    def mkdirs(self, request: OnePath) -> Answer:
        """Make a folder and those above it."""
        self._files.make_folders(request.path)
        return {}

    def delete(self, request: Delete) -> Answer:
        """Remove a file or folder."""
        self._files.delete(request.path, recursive=request.recursive)
        return {}

    def move(self, request: Move) -> Answer:
        """Rename a file or folder."""
        self._files.move(request.source_path, request.destination_path)
        return {}


def decoded_block(data: str) -> bytes:
    """The bytes of a base64 text; `MaxBlockSizeExceeded` when they are more than 1 MiB."""
    try:
        block = base64.b64decode(data, validate=True)
    except (binascii.Error, ValueError) as error:
        raise InvalidParameterValue(f"The content is not base64: {error}") from error
    if len(block) > BLOCK_BYTES:
        raise MaxBlockSizeExceeded(f"The block has {len(block)} bytes: at most {BLOCK_BYTES} are allowed.")
    return block
