"""The job code as it travels: one zip of the installed `rookery_jobs`, the same bytes every time."""

import hashlib
import io
import zipfile
from importlib import resources
from importlib.resources.abc import Traversable
from typing import NamedTuple

from rookery_jobs.contract import ARCHIVE, PACKAGE, SCRIPT

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
