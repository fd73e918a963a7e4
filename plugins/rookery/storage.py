"""Files on the data root: DBFS or a Volume, by the path."""

from __future__ import annotations

import io
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from databricks.sdk import WorkspaceClient


def upload(workspace: WorkspaceClient, path: str, content: BinaryIO) -> None:
    """Write a file, over whatever is there: in blocks of 1 MiB on DBFS, as a stream to a Volume."""
    if path.startswith("/Volumes/"):
        workspace.files.create_directory(str(PurePosixPath(path).parent))
        workspace.files.upload(path, content, overwrite=True)
        return
    workspace.dbfs.upload(path, content, overwrite=True)


def write_text(workspace: WorkspaceClient, path: str, text: str) -> None:
    """Write a small file."""
    upload(workspace, path, io.BytesIO(text.encode()))


def read_text(workspace: WorkspaceClient, path: str) -> str:
    """Read a small file."""
    if path.startswith("/Volumes/"):
        contents = workspace.files.download(path).contents
        return bytes(contents.read() if contents else b"").decode()
    with workspace.dbfs.download(path) as content:
        return bytes(content.read(-1)).decode()


def size(workspace: WorkspaceClient, path: str) -> int | None:
    """The length of a file in bytes, or None if there is none."""
    from databricks.sdk.errors import NotFound

    try:
        if path.startswith("/Volumes/"):
            return workspace.files.get_metadata(path).content_length
        return workspace.dbfs.get_status(path).file_size
    except NotFound:
        return None
