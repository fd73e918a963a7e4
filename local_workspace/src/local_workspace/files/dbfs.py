"""The files of `dbfs:/`: a folder of this machine, which Spark sees under the same names.

Hadoop keeps a checksum of `name` in `.name.crc` beside it. It is not shown, and goes whenever its file is
written or removed here, as Spark refuses a file whose checksum is stale.
"""

import stat
from pathlib import Path
from typing import Any

from local_workspace.clock import milliseconds
from local_workspace.errors import (
    InvalidParameterValue,
    IoError,
    PermissionDenied,
    ResourceAlreadyExists,
    ResourceDoesNotExist,
)
from local_workspace.files.dbfs_handles import DbfsHandles
from local_workspace.files.folders import described, forget_checksum, is_checksum, remove_tree
from local_workspace.files.paths import below, canonical

VOLUMES = "/Volumes"
# What every DBFS root has.
_FIRST_FOLDERS = ("FileStore", "databricks-datasets", "databricks-results", "tmp", "user")


def dbfs_path(path: str) -> str:
    """`/a/b` for `dbfs:/a/b`, `dbfs:///a/b` and `/a/b`; refuses volumes, which have an API of their own."""
    name = canonical(path.removeprefix("dbfs:"))
    if name == VOLUMES or name.startswith(VOLUMES + "/"):
        raise InvalidParameterValue(f"{name} is a volume's path: the DBFS API does not serve it.")
    return name


class DbfsFiles:
    """What the DBFS API does to files; paths are what clients send."""

    def __init__(self, root: Path, handles: DbfsHandles, *, is_disabled: bool = False) -> None:
        root.mkdir(parents=True, exist_ok=True)
        if not is_disabled:
            for name in _FIRST_FOLDERS:
                (root / name).mkdir(exist_ok=True)
        self._root = root.resolve()
        self._is_disabled = is_disabled
        self._handles = handles

    def open(self, path: str, *, overwrite: bool) -> int:
        """A handle on a new file, for `append` and `close`."""
        return self._handles.open(self._create(path, overwrite=overwrite))

    def append(self, handle: int, block: bytes) -> None:
        """Write at the end of an open file."""
        self._handles.append(handle, block)

    def close(self, handle: int) -> None:
        """End the writing."""
        self._handles.close(handle)

    def write(self, path: str, content: bytes, *, overwrite: bool) -> None:
        """Write a whole file."""
        self._create(path, overwrite=overwrite).write_bytes(content)

    def _create(self, path: str, *, overwrite: bool) -> Path:
        """An empty file at `path`, its folders made; refuses a folder, and a file unless `overwrite`."""
        file = self._resolve(path)
        if file.is_dir() or (file.exists() and not overwrite):
            raise _taken(path)
        self._make_folders(file.parent)
        forget_checksum(file)
        try:
            file.open("wb" if overwrite else "xb").close()
        except (FileExistsError, IsADirectoryError) as error:  # somebody else was faster
            raise _taken(path) from error
        return file

    def local_path(self, path: str) -> Path:
        """The file or folder of this machine that a path names, there or not."""
        return self._resolve(path)

    def read(self, path: str, offset: int, length: int) -> bytes:
        """At most `length` bytes from `offset` on."""
        file = self._existing(path)
        if not file.is_file():  # a pipe that a job run has made would be waited for without end
            what = "a directory" if file.is_dir() else "no file"
            raise InvalidParameterValue(f"Cannot read {dbfs_path(path)}: it is {what}.")
        with file.open("rb") as content:
            content.seek(min(offset, file.stat().st_size))
            return content.read(length)

    def status(self, path: str) -> dict[str, Any]:
        """`FileInfo` of a file or folder."""
        return self._info(self._existing(path))

    def list(self, path: str) -> list[dict[str, Any]]:
        """`FileInfo` of what is in the folder, by name; of the file itself if it is one."""
        found = self._existing(path)
        if found.is_file():
            return [self._info(found)]
        return described(filter(self._is_shown, sorted(found.iterdir())), self._info)

    def make_folders(self, path: str) -> None:
        """The folder with every folder above it."""
        self._make_folders(self._resolve(path))

    def delete(self, path: str, *, recursive: bool) -> None:
        """Remove a file or folder; a missing one is no error, a full one needs `recursive`."""
        found = self._resolve(path)
        if found == self._root:
            raise InvalidParameterValue("Cannot delete the root of DBFS.")
        if found.is_file():
            forget_checksum(found)
            found.unlink(missing_ok=True)
        elif found.is_dir():
            if not recursive and any(found.iterdir()):
                raise IoError(
                    f"Cannot delete {dbfs_path(path)}: the directory is not empty, and recursive is false."
                )
            remove_tree(found)

    def move(self, source: str, destination: str) -> None:
        """Rename within DBFS; the destination must not exist."""
        found, target = self._existing(source), self._resolve(destination)
        if target.exists():
            raise _taken(destination)
        if target.is_relative_to(found):
            raise InvalidParameterValue(f"Cannot move {dbfs_path(source)} into itself.")
        self._make_folders(target.parent)
        forget_checksum(found)
        try:
            found.rename(target)
        except FileNotFoundError as error:  # somebody else was faster
            raise _missing(source) from error

    def _resolve(self, path: str) -> Path:
        name = dbfs_path(path)
        if self._is_disabled:
            raise PermissionDenied(f"Public DBFS root is disabled. Access is denied on path: {name}")
        return below(self._root, name)

    def _existing(self, path: str) -> Path:
        found = self._resolve(path)
        if not found.exists():
            raise _missing(path)
        return found

    def _make_folders(self, folder: Path) -> None:
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except (FileExistsError, NotADirectoryError) as error:
            raise _taken(f"/{folder.relative_to(self._root)}") from error

    def _is_shown(self, child: Path) -> bool:
        return not is_checksum(child.name) and child != self._root / VOLUMES.lstrip("/")

    def _info(self, file: Path) -> dict[str, Any]:
        status = file.stat()
        return {
            "path": "/" if file == self._root else f"/{file.relative_to(self._root).as_posix()}",
            "is_dir": stat.S_ISDIR(status.st_mode),
            "file_size": 0 if stat.S_ISDIR(status.st_mode) else status.st_size,
            "modification_time": milliseconds(status.st_mtime),
        }


def _taken(path: str) -> ResourceAlreadyExists:
    return ResourceAlreadyExists(f"A file or directory already exists at the input path {dbfs_path(path)}.")


def _missing(path: str) -> ResourceDoesNotExist:
    return ResourceDoesNotExist(f"No file or directory exists on path {dbfs_path(path)}.")
