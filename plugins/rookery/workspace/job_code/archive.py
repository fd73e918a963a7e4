"""A package as one zip: the same bytes every time."""

from __future__ import annotations

import io
import zipfile
from importlib.resources.abc import Traversable

_EPOCH = (1980, 1, 1, 0, 0, 0)


def archive_of(package: Traversable, name: str) -> bytes:
    """The zip of a package's files under its `name`, without what Python makes itself."""
    target = io.BytesIO()
    # Stored, not deflated: another zlib would give other bytes, and so another digest.
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as archive:
        for path, content in sorted(_files(package, name)):
            info = zipfile.ZipInfo(path, _EPOCH)
            info.create_system = 3
            info.external_attr = 0o644 << 16
            archive.writestr(info, content)
    return target.getvalue()


def _files(folder: Traversable, prefix: str) -> list[tuple[str, bytes]]:
    found: list[tuple[str, bytes]] = []
    for item in folder.iterdir():
        path = f"{prefix}/{item.name}"
        if item.is_dir() and item.name != "__pycache__":
            found += _files(item, path)
        elif item.is_file() and not item.name.endswith((".pyc", ".pyo")):
            found.append((path, item.read_bytes()))
    return found
