"""The job code as it travels: one zip of the installed `rookery_jobs`, the same bytes every time."""

from __future__ import annotations

import hashlib
import io
import logging
import zipfile
from dataclasses import dataclass
from importlib import resources
from importlib.resources.abc import Traversable
from typing import TYPE_CHECKING, NamedTuple

from rookery.workspace.requests.once import done
from rookery.xcom import Handed
from rookery_jobs.contract import ARCHIVE, PACKAGE, SCRIPT

if TYPE_CHECKING:
    from databricks.sdk import WorkspaceClient

log = logging.getLogger(__name__)

_EPOCH = (1980, 1, 1, 0, 0, 0)


class JobCode(NamedTuple):
    """The files of one code folder, by name, in the order they are uploaded: the script that needs the
    archive comes last."""

    files: dict[str, bytes]

    @property
    def digest(self) -> str:
        """The first 16 hex digits of the SHA-256 of all files: the name of the code folder."""
        whole = hashlib.sha256()
        for name, content in self.files.items():
            whole.update(f"{name}\0{len(content)}\0".encode())
            whole.update(content)
        return whole.hexdigest()[:16]


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


def installed_job_code() -> JobCode:
    """The job code of this environment."""
    package = resources.files(PACKAGE)
    script = (package / SCRIPT).read_bytes()
    return JobCode({ARCHIVE: _archive(package), SCRIPT: script})


def _archive(package: Traversable) -> bytes:
    target = io.BytesIO()
    # Stored, not deflated: another zlib would give other bytes, and so another digest.
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for name, content in sorted(_modules(package, PACKAGE)):
            info = zipfile.ZipInfo(name, _EPOCH)
            info.create_system = 3
            info.external_attr = 0o644 << 16
            archive.writestr(info, content)
    return target.getvalue()


def _modules(folder: Traversable, prefix: str) -> list[tuple[str, bytes]]:
    found: list[tuple[str, bytes]] = []
    for item in folder.iterdir():
        path = f"{prefix}/{item.name}"
        if item.is_dir() and item.name != "__pycache__":
            found += _modules(item, path)
        elif item.is_file() and not item.name.endswith((".pyc", ".pyo")):
            found.append((path, item.read_bytes()))
    return found


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
