"""The folders that a plan names, on DBFS or in a Volume: whether the workspace can have them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

from rookery.exceptions import PlanError
from rookery.workspace.questions import refused
from rookery.workspace.rights import require_right_to_write
from rookery.workspace.storage import size

if TYPE_CHECKING:
    from databricks.sdk import WorkspaceClient

# Of /Volumes/<catalog>/<schema>/<volume>, the slash in front included.
_VOLUME_PARTS = 5


def folder_fact(path: str, workspace: WorkspaceClient, writer: str | None = None) -> str:
    """What is at a folder, in words. Raises PlanError if it can be none, and if `writer`, the user who is to
    write there, may not."""
    if path.startswith("/Volumes/"):
        return _volume_fact(path, workspace, writer)
    return _dbfs_fact(path, workspace)


def _volume_fact(path: str, workspace: WorkspaceClient, writer: str | None) -> str:
    # The Volume itself is asked for: the Files API calls an empty one "not found".
    # https://docs.databricks.com/api/azure/workspace/volumes/read
    from databricks.sdk.errors import NotFound, PermissionDenied

    name = ".".join(PurePosixPath(path).parts[2:_VOLUME_PARTS])
    try:
        found = workspace.volumes.read(name)
    except NotFound as error:
        advice = f"create the Volume once, by CREATE VOLUME {name} or in Catalog Explorer, or name another"
        raise refused(error, advice) from error
    except PermissionDenied as error:
        advice = f"have READ VOLUME and WRITE VOLUME on {name} granted, with the use of what it is in"
        raise refused(error, advice) from error
    fact = f"the Volume {name} is there"
    doubt = require_right_to_write(workspace, name, found.owner, writer) if writer else ""
    for folder in _and_above(path, _VOLUME_PARTS):
        if size(workspace, folder) is not None:
            raise _is_file(folder)
    return fact + doubt


def _dbfs_fact(path: str, workspace: WorkspaceClient) -> str:
    # https://docs.databricks.com/api/azure/workspace/dbfs/getstatus
    from databricks.sdk.errors import PermissionDenied, ResourceDoesNotExist

    # Of `dbfs:/a/b`, the scheme is the first part: DBFS itself is there.
    for folder in _and_above(path, 1):
        try:
            found = workspace.dbfs.get_status(folder)
        except ResourceDoesNotExist:
            continue
        except PermissionDenied as error:
            # Where the DBFS root is disabled, as in new accounts, this is refused for every path.
            advice = "name a folder in a Volume, /Volumes/<catalog>/<schema>/<volume>/…"
            raise refused(error, advice) from error
        if not found.is_dir:
            raise _is_file(folder)
        if folder == path.rstrip("/"):
            return f"{path} is there"
        break
    return f"{path} is not there yet"


def _and_above(path: str, parts: int) -> Iterator[str]:
    """A folder and those that it is in, as long as they have more parts than that."""
    folder = PurePosixPath(path)
    while len(folder.parts) > parts:
        yield str(folder)
        folder = folder.parent


def _is_file(path: str) -> PlanError:
    return PlanError(f"{path} is a file; name a folder")
