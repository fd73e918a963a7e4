"""A package of the user's own, which travels with the job code: a folder beside the DAG file, or a wheel."""

from __future__ import annotations

import zipfile
from pathlib import Path

from rookery.exceptions import PackageError
from rookery.workspace.job_code.archive import archive_of

LARGEST = 10_000_000
"""Bytes of one file that the Workspace API imports, about: its limit is 10 MB
(https://docs.databricks.com/api/workspace/workspace/import)."""

_COMPILED = (".so", ".pyd", ".dll", ".dylib")


def user_archive(named: str, dag_file: str) -> bytes:
    """The archive of the package that a plan names: a zip of the folder, or the wheel as it is.

    Raises PackageError for a path that leads out of the folder of the DAG file, for what is neither a package
    nor a wheel of Python alone, and for one that is too large.
    """
    base = Path(dag_file).resolve().parent
    path = (base / named).resolve()
    if not path.is_relative_to(base) or path == base:
        raise PackageError(f"{named!r} leads out of the folder of the DAG file, {base}")
    content = _folder(named, path) if path.is_dir() else _wheel(named, path)
    if len(content) > LARGEST:
        raise PackageError(
            f"{named!r} has {len(content)} bytes; a workspace takes files of {LARGEST} at most: leave out "
            "what is no code"
        )
    return content


def _folder(named: str, path: Path) -> bytes:
    if not (path / "__init__.py").is_file() or not path.name.isidentifier():
        raise PackageError(
            f"{named!r} is no package of Python: name the folder that has the __init__.py, and has a name "
            "that can be imported"
        )
    for item in path.rglob("*"):
        if not item.resolve().is_relative_to(path):
            raise PackageError(f"{named!r} has a link that leads out of it: {item.relative_to(path)}")
    _require_python([str(item.relative_to(path)) for item in path.rglob("*")], named)
    return archive_of(path, path.name)


def _wheel(named: str, path: Path) -> bytes:
    if not path.name.endswith(".whl") or not zipfile.is_zipfile(path):
        raise PackageError(f"{named!r} is neither a folder with a package nor a wheel, beside the DAG file")
    with zipfile.ZipFile(path) as archive:
        _require_python(archive.namelist(), named)
    return path.read_bytes()


def _require_python(files: list[str], named: str) -> None:
    compiled = [name for name in files if name.endswith(_COMPILED)]
    if compiled:
        raise PackageError(
            f"{named!r} has compiled code, which cannot be imported from an archive: {compiled[0]}; install "
            "it on the cluster instead"
        )
