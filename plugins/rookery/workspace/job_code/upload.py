"""The job code, put into a workspace folder."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rookery.workspace.job_code.code import JobCode
from rookery.workspace.requests.once import done
from rookery.xcom import Handed

if TYPE_CHECKING:
    from databricks.sdk import WorkspaceClient

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class UploadedCode(Handed):
    """Where the job code is, as job runs name it (under `/Workspace`), and its digest."""

    code_folder: str
    code_digest: str


def upload(workspace: WorkspaceClient, code_root: str, code: JobCode) -> UploadedCode:
    """Put the files into a workspace folder named by their digest. What is there already, byte for byte, is
    left alone."""
    folder = f"{code_root}/{code.digest}"
    done(lambda: workspace.workspace.mkdirs(folder))
    for name, content in code.files.items():
        _upload(workspace, f"{folder}/{name}", content)
    return UploadedCode(f"/Workspace{folder}", code.digest)


def _upload(workspace: WorkspaceClient, path: str, content: bytes) -> None:
    from databricks.sdk.service.workspace import ImportFormat

    if _content(workspace, path) == content:
        log.info("%s is already there", path)
        return
    # A file as it is: with AUTO, Databricks decides by name and content what it is, archives included.
    done(
        lambda: workspace.workspace.upload(path, content, format=ImportFormat.RAW, overwrite=True),
    )
    log.info("%d bytes are at %s", len(content), path)


def _content(workspace: WorkspaceClient, path: str) -> bytes | None:
    from databricks.sdk.errors import NotFound
    from databricks.sdk.service.workspace import ExportFormat

    try:
        with workspace.workspace.download(path, format=ExportFormat.AUTO) as stored:
            return bytes(stored.read())
    except NotFound:
        return None
