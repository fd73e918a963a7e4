"""Files on the data root: DBFS or a Volume, by the path."""

from __future__ import annotations

import hashlib
import io
import logging
from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, BinaryIO, NamedTuple

from rookery.exceptions import StorageError
from rookery.workspace.requests.once import done, send_once
from rookery.workspace.requests.polling import SYSTEM_CLOCK, Clock
from rookery_jobs.contract import InputFile

if TYPE_CHECKING:
    from databricks.sdk import WorkspaceClient
    from databricks.sdk.service.files import FileInfo

BLOCK_BYTES = 1 << 20
"""The most that DBFS takes or gives in one request."""

# A `put` may have 1 MB, in base64: https://docs.databricks.com/api/azure/workspace/dbfs/put
_SMALL_BYTES = 700_000
_WRITES = 3
_ENDS = {"csv": (".csv", ".csv.gz"), "parquet": (".parquet",)}

log = logging.getLogger(__name__)


class _Fingerprint(NamedTuple):
    size: int
    sha256: str


def put(workspace: WorkspaceClient, path: str, content: BinaryIO, clock: Clock = SYSTEM_CLOCK) -> bool:
    """Have a file there with this content; whether it had to be written.

    What is there is read and compared, before and after: a lost answer can leave a part of a file, or a block
    twice. Raises StorageError if it still differs after `_WRITES` times.
    """
    content.seek(0)
    wanted = _fingerprint(iter(lambda: content.read(BLOCK_BYTES), b""))
    if _is_there(workspace, path, wanted):
        return False
    for _ in range(_WRITES):
        done(partial(_write, workspace, path, content, wanted.size), clock=clock)
        if _is_there(workspace, path, wanted):
            return True
        log.info("%s is not what was written, and is written again", path)
    raise StorageError(
        f"{path} was written {_WRITES} times and is not what was written: it must have {wanted.size} bytes "
        f"with the SHA-256 {wanted.sha256}. Something else writes there, or the storage is broken",
        retriable=True,
    )


def write_text(workspace: WorkspaceClient, path: str, text: str) -> None:
    """Have a small file there."""
    put(workspace, path, io.BytesIO(text.encode()))


def read_text(workspace: WorkspaceClient, path: str) -> str:
    """Read a small file."""
    return b"".join(_blocks(workspace, path)).decode()


def read_text_if_there(workspace: WorkspaceClient, path: str) -> str | None:
    """Read a small file, or None if there is none."""
    return None if size(workspace, path) is None else read_text(workspace, path)


def size(workspace: WorkspaceClient, path: str) -> int | None:
    """The length of a file in bytes, or None if there is none."""
    from databricks.sdk.errors import NotFound

    try:
        if path.startswith("/Volumes/"):
            return workspace.files.get_metadata(path).content_length
        return workspace.dbfs.get_status(path).file_size
    except NotFound:
        return None


def data_files(workspace: WorkspaceClient, folder: str, format: str) -> tuple[InputFile, ...]:  # noqa: A002
    """The files of a format directly in a folder, by name; none if there is no folder.

    A name that begins with `_` or `.` is of no file of data to Spark, and not here either.
    """
    from databricks.sdk.errors import NotFound

    try:
        entries = [each for each in workspace.dbfs.list(folder) if not each.is_dir]
    except NotFound:
        return ()
    files = [InputFile(_path(each), each.file_size or 0, each.modification_time or 0) for each in entries]
    ends = _ENDS[format]
    wanted = [each for each in files if each.name.lower().endswith(ends) and each.name[0] not in "_."]
    return tuple(sorted(wanted, key=lambda each: each.path))


def _is_there(workspace: WorkspaceClient, path: str, wanted: _Fingerprint) -> bool:
    # The size first: most files that differ need not be read.
    return size(workspace, path) == wanted.size and _fingerprint(_blocks(workspace, path)) == wanted


def _fingerprint(blocks: Iterable[bytes]) -> _Fingerprint:
    total, digest = 0, hashlib.sha256()
    for block in blocks:
        total += len(block)
        digest.update(block)
    return _Fingerprint(total, digest.hexdigest())


def _blocks(workspace: WorkspaceClient, path: str) -> Iterator[bytes]:
    if path.startswith("/Volumes/"):
        contents = workspace.files.download(path).contents
        if contents:
            with contents:
                yield from iter(lambda: contents.read(BLOCK_BYTES), b"")
        return
    offset = 0
    while True:
        read = workspace.dbfs.read(path.removeprefix("dbfs:"), offset=offset, length=BLOCK_BYTES)
        if not read.bytes_read:
            return
        yield b64decode(read.data or "")
        offset += read.bytes_read


def _write(workspace: WorkspaceClient, path: str, content: BinaryIO, total: int) -> None:
    content.seek(0)
    if path.startswith("/Volumes/"):
        workspace.files.create_directory(str(PurePosixPath(path).parent))
        workspace.files.upload(path, content, overwrite=True)
    elif total <= _SMALL_BYTES:
        # One request, which can be done twice.
        contents = b64encode(content.read()).decode()
        workspace.dbfs.put(path.removeprefix("dbfs:"), contents=contents, overwrite=True)
    else:
        _write_in_blocks(workspace, path, content)


def _write_in_blocks(workspace: WorkspaceClient, path: str, content: BinaryIO) -> None:
    # None of these requests can be done twice: after a fault, all begins anew.
    # https://docs.databricks.com/api/azure/workspace/dbfs/addblock
    body = {"path": path.removeprefix("dbfs:"), "overwrite": True}
    created = send_once(workspace, "POST", "/api/2.0/dbfs/create", body)
    handle = created["handle"]
    for block in iter(lambda: content.read(BLOCK_BYTES), b""):
        data = {"handle": handle, "data": b64encode(block).decode()}
        send_once(workspace, "POST", "/api/2.0/dbfs/add-block", data)
    send_once(workspace, "POST", "/api/2.0/dbfs/close", {"handle": handle})


def _path(entry: FileInfo) -> str:
    # DBFS lists its files without its scheme; a Volume's files have none.
    path = str(entry.path)
    return path if path.startswith(("/Volumes/", "dbfs:")) else f"dbfs:{path}"
