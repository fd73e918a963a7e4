"""Files on the data root: DBFS or a Volume, by the path."""

from __future__ import annotations

import io
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, BinaryIO

from rookery.exceptions import PlanError
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


def folder_fact(path: str, workspace: WorkspaceClient) -> str:
    """What is at a folder that a plan names, in words. Raises PlanError if it can be none."""
    return _volume_fact(path, workspace) if path.startswith("/Volumes/") else _dbfs_fact(path, workspace)


def _volume_fact(path: str, workspace: WorkspaceClient) -> str:
    # The Volume itself is asked for: the Files API calls an empty one "not found".
    # https://docs.databricks.com/api/azure/workspace/volumes/read
    name = ".".join(path.strip("/").split("/")[1:4])
    workspace.volumes.read(name)
    return f"the Volume {name} is there"


def _dbfs_fact(path: str, workspace: WorkspaceClient) -> str:
    # https://docs.databricks.com/api/azure/workspace/dbfs/getstatus
    # Where the DBFS root is disabled, this is refused for every path.
    from databricks.sdk.errors import ResourceDoesNotExist

    try:
        found = workspace.dbfs.get_status(path)
    except ResourceDoesNotExist:
        return f"{path} is not there yet"
    if not found.is_dir:
        raise PlanError(f"{path} is a file; name a folder")
    return f"{path} is there"


def _path(entry: FileInfo) -> str:
    # DBFS lists its files without its scheme; a Volume's files have none.
    path = str(entry.path)
    return path if path.startswith(("/Volumes/", "dbfs:")) else f"dbfs:{path}"
