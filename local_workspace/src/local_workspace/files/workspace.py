"""The tree of `/Workspace`: folders, notebooks and files, as a folder of this machine.

The content is what a run reads from there. What a file system does not know (that a file is a notebook, its
language, its object id) is in the store, by path; what a run writes there itself gets an id when asked for.
"""

import secrets
import shutil
from pathlib import Path
from typing import Any

from local_workspace.clock import Clock, milliseconds
from local_workspace.errors import (
    DirectoryNotEmpty,
    InvalidParameterValue,
    PermissionDenied,
    ResourceAlreadyExists,
    ResourceDoesNotExist,
)
from local_workspace.files.folders import described, remove_tree
from local_workspace.files.paths import below, without_workspace_prefix
from local_workspace.store import Document, Store

NOTEBOOK, FILE, DIRECTORY = "NOTEBOOK", "FILE", "DIRECTORY"


class WorkspaceFiles:
    """What the Workspace API does to the tree; paths are what clients send."""

    def __init__(self, root: Path, store: Store, clock: Clock, user_name: str) -> None:
        self._objects = store.collection("workspace_objects")
        self._store = store
        self._clock = clock
        self._permanent = ["/", "/Users", f"/Users/{user_name}", "/Shared"]
        for path in self._permanent:
            root.joinpath(path.lstrip("/")).mkdir(parents=True, exist_ok=True)
        self._root = root.resolve()
        # Beside the tree, where nobody lists or runs what is half written.
        self._unfinished = self._root.with_name(f"{self._root.name}-unfinished")
        shutil.rmtree(self._unfinished, ignore_errors=True)
        self._unfinished.mkdir()

    def status(self, path: str) -> dict[str, Any]:
        """`ObjectInfo` of what is at `path`."""
        return self._info(self._existing(path))

    def list(self, path: str) -> list[dict[str, Any]]:
        """`ObjectInfo` of everything in a folder, by name; of the object itself if it is none."""
        found = self._existing(path)
        if not found.is_dir():
            return [self._info(found)]
        return described(sorted(found.iterdir()), self._info)

    def exists(self, path: str) -> bool:
        """Whether there is an object at `path`."""
        return self._resolve(path).exists()

    def local_path(self, path: str) -> Path:
        """Where `path` is on this machine, there or not."""
        return self._resolve(path)

    def is_notebook(self, path: str) -> bool:
        """Whether there is a notebook at `path`."""
        found = self._resolve(path)
        return found.is_file() and self._object(found)["object_type"] == NOTEBOOK

    def require(self, object_type: str, object_id: str) -> None:
        """Refuse an id that no object of this type has."""
        found = [each for each in self._objects.values() if str(each["object_id"]) == object_id]
        if not any(each["object_type"] == object_type for each in found):
            raise ResourceDoesNotExist(f"{object_type.title()} with id {object_id!r} does not exist.")

    def make_folder(self, path: str) -> None:
        """The folder with every folder above it."""
        folder = self._resolve(path)
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except (FileExistsError, NotADirectoryError) as error:
            raise ResourceAlreadyExists(
                f"Path ({without_workspace_prefix(path)}) or a folder above it exists and is no directory."
            ) from error

    def require_parent(self, path: str) -> None:
        """Refuse a path whose parent folder does not exist."""
        parent = self._resolve(path).parent
        if not parent.is_dir():
            raise ResourceDoesNotExist(f"The parent folder ({self._name(parent)}) does not exist.")

    def write(
        self, path: str, content: bytes, object_type: str, language: str | None, *, overwrite: bool
    ) -> None:
        """Put a notebook or file at `path`: all of it, or nothing when it is refused."""
        file = self._resolve(path)
        self.require_parent(path)
        self._check_overwrite(file, object_type, overwrite=overwrite)
        partial = self._unfinished / secrets.token_hex(8)
        partial.write_bytes(content)
        partial.replace(file)
        known = self._objects.get(self._name(file)) or self._new_object(file)
        self._objects.put(self._name(file), known | {"object_type": object_type, "language": language})

    def read(self, path: str) -> bytes:
        """The content of a notebook or file."""
        found = self._existing(path)
        if found.is_dir():
            raise InvalidParameterValue(f"Path ({self._name(found)}) is a directory: export its objects.")
        return found.read_bytes()

    def delete(self, path: str, *, recursive: bool) -> None:
        """Remove an object; a folder with content needs `recursive`."""
        found = self._existing(path)
        name = self._name(found)
        if name in self._permanent:
            raise PermissionDenied(f"Path ({name}) belongs to the workspace and cannot be deleted.")
        if found.is_dir():
            if not recursive and any(found.iterdir()):
                raise DirectoryNotEmpty(f"Folder ({name}) is not empty.")
            remove_tree(found)
        else:
            found.unlink(missing_ok=True)
        self._forget(name)

    def _check_overwrite(self, file: Path, object_type: str, *, overwrite: bool) -> None:
        if not file.exists():
            return
        name = self._name(file)
        if file.is_dir() or not overwrite:
            raise ResourceAlreadyExists(f"Path ({name}) already exists.")
        present = self._object(file)["object_type"]
        if present != object_type:
            raise InvalidParameterValue(
                f"Cannot overwrite the asset at {name} due to type mismatch "
                f"(asked: {object_type}, actual: {present})."
            )

    def _forget(self, name: str) -> None:
        for document in self._objects.values():
            path = document["path"]
            if path == name or path.startswith(name + "/"):
                self._objects.delete(path)

    def _resolve(self, path: str) -> Path:
        return below(self._root, without_workspace_prefix(path))

    def _existing(self, path: str) -> Path:
        found = self._resolve(path)
        if not found.exists():
            raise ResourceDoesNotExist(f"Path ({without_workspace_prefix(path)}) doesn't exist.")
        return found

    def _name(self, file: Path) -> str:
        return "/" if file == self._root else f"/{file.relative_to(self._root).as_posix()}"

    def _info(self, file: Path) -> dict[str, Any]:
        status, known = file.stat(), self._object(file)
        info = {key: value for key, value in known.items() if value is not None}
        info |= {"resource_id": str(known["object_id"]), "modified_at": milliseconds(status.st_mtime)}
        return info if file.is_dir() else info | {"size": status.st_size}

    def _object(self, file: Path) -> Document:
        with self._store.transaction():
            known = self._objects.get(self._name(file))
            if known is None:
                known = self._new_object(file)
                self._objects.put(known["path"], known)
        return known

    def _new_object(self, file: Path) -> Document:
        return {
            "path": self._name(file),
            "object_id": self._store.next_number("workspace_object"),
            "object_type": DIRECTORY if file.is_dir() else FILE,
            "language": None,
            "created_at": milliseconds(self._clock.now()),
        }
