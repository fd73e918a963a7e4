"""The files of volumes: a folder each, `/Volumes/<catalog>/<schema>/<volume>` to clients and to Spark."""

from pathlib import Path

from local_workspace.errors import BadRequest
from local_workspace.files.folders import remove_tree
from local_workspace.files.paths import below
from local_workspace.unity.kinds import VOLUME
from local_workspace.unity.names import checked_full_name

PREFIX = "/Volumes"


class VolumeFiles:
    """The folders, by the full names of their volumes."""

    def __init__(self, root: Path) -> None:
        root.mkdir(parents=True, exist_ok=True)
        self._root = root

    def make(self, full_name: str) -> None:
        """The folder of a volume."""
        self._folder(full_name).mkdir(parents=True, exist_ok=True)

    def remove(self, full_name: str) -> None:
        """The folder of a volume, a schema or a catalog, with all that is in it."""
        remove_tree(self._folder(full_name))

    def move(self, full_name: str, new_full_name: str) -> None:
        """The folder of a volume that has another name."""
        self._folder(full_name).rename(self._folder(new_full_name))

    def file(self, full_name: str, rest: str) -> Path:
        """What `rest`, a path in a volume, names; it cannot lead out of the volume."""
        self.make(full_name)
        return below(self._folder(full_name), rest or "/")

    def _folder(self, full_name: str) -> Path:
        return self._root.joinpath(*full_name.split("."))


def volume_of(path: str) -> tuple[str, str]:
    """The full name of the volume in a canonical path, and the path in the volume ("" for the volume)."""
    levels = path.removeprefix(PREFIX).lstrip("/").split("/", VOLUME.levels)
    if len(levels) < VOLUME.levels:
        raise BadRequest(f"Invalid path: {path} names no volume, as /Volumes/catalog/schema/volume does.")
    full_name = checked_full_name(".".join(levels[: VOLUME.levels]), VOLUME.levels)
    return full_name, "/".join(["", *levels[VOLUME.levels :]])
