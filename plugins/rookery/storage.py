"""Files on the data root: DBFS or a Volume, by the path."""

from __future__ import annotations

import io
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, BinaryIO

from rookery_jobs.contract import InputFile

if TYPE_CHECKING:
    from databricks.sdk import WorkspaceClient
    from databricks.sdk.service.files import FileInfo


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


def csv_files(workspace: WorkspaceClient, folder: str) -> tuple[InputFile, ...]:
    """The CSV files directly in a folder, by name; none if there is no folder.

    A name that begins with `_` or `.` is of no file of data to Spark, and not here either.
    """
    from databricks.sdk.errors import NotFound

    try:
        entries = [each for each in workspace.dbfs.list(folder) if not each.is_dir]
    except NotFound:
        return ()
    files = [InputFile(_path(each), each.file_size or 0, each.modification_time or 0) for each in entries]
    wanted = [each for each in files if each.name.lower().endswith(".csv") and each.name[0] not in "_."]
    return tuple(sorted(wanted, key=lambda each: each.path))


def _path(entry: FileInfo) -> str:
    # DBFS lists its files without its scheme; a Volume's files have none.
    path = str(entry.path)
    return path if path.startswith(("/Volumes/", "dbfs:")) else f"dbfs:{path}"
