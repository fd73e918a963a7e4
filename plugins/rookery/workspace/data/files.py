"""Files on DBFS or in a Volume, as far as a plan names them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rookery.exceptions import PlanError
from rookery.workspace.questions import refused

if TYPE_CHECKING:
    from databricks.sdk import WorkspaceClient


def data_fact(path: str, workspace: WorkspaceClient) -> str:
    """That there is a file or folder at a path on DBFS or in a Volume, in words. Raises PlanError if not."""
    from databricks.sdk.errors import NotFound, PermissionDenied

    try:
        is_folder = _is_folder(workspace, path)
    except NotFound as error:
        raise PlanError(f"there is no file or folder {path}: put the data there, or name another") from error
    except PermissionDenied as error:
        raise refused(error, "name a path in a Volume, /Volumes/<catalog>/<schema>/<volume>/…") from error
    return f"the {'folder' if is_folder else 'file'} {path} is there"


def _is_folder(workspace: WorkspaceClient, path: str) -> bool:
    from databricks.sdk.errors import NotFound

    if not path.startswith("/Volumes/"):
        return bool(workspace.dbfs.get_status(path.rstrip("/")).is_dir)
    try:
        workspace.files.get_directory_metadata(path.rstrip("/"))
    except NotFound:
        workspace.files.get_metadata(path)
        return False
    return True
