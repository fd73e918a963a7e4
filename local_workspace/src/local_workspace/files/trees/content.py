"""What the Files API does to files and folders that are in place.

https://docs.databricks.com/api/azure/workspace/files
"""

import contextlib
import heapq
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local_workspace.clock import milliseconds
from local_workspace.errors import AlreadyExists, DirectoryNotEmpty, InvalidParameterValue, NotFound
from local_workspace.files.folders import forget_checksum, is_checksum, is_text
from local_workspace.files.trees.trees import Place

LARGEST_PAGE = 1000


@dataclass(frozen=True)
class Page:
    """Some entries of a folder, by name, and the name after which the next page begins; "" on the last."""

    entries: list[dict[str, Any]]
    last_name: str = ""


def file_status(place: Place) -> os.stat_result:
    """Size and time of a file; `NotFound` if there is none."""
    status = _status(place.file)
    if status is None or not stat.S_ISREG(status.st_mode):
        raise NotFound(f"The file being accessed is not found. ({place.path})")
    return status


def remove_file(place: Place) -> None:
    """Remove a file."""
    file_status(place)
    if place.has_checksums:
        forget_checksum(place.file)
    place.file.unlink(missing_ok=True)


def require_folder(place: Place) -> None:
    """`NotFound` if the path is no folder."""
    status = _status(place.file)
    if status is None or not stat.S_ISDIR(status.st_mode):
        raise NotFound(f"The directory being accessed is not found. ({place.path})")


def make_folder(place: Place) -> None:
    """Make a folder with every folder above it; one that is there is no error."""
    try:
        place.file.mkdir(parents=True, exist_ok=True)
    except (FileExistsError, NotADirectoryError) as error:
        raise AlreadyExists(f"A file is where the directory would be. ({place.path})") from error


def remove_folder(place: Place) -> None:
    """Remove an empty folder."""
    require_folder(place)
    try:
        if not list_folder(place, "", 1).entries:
            _forget_checksums(place)
        place.file.rmdir()
    except FileNotFoundError:  # somebody else was faster
        return
    except OSError as error:
        raise DirectoryNotEmpty(f"The directory is not empty. ({place.path})") from error


def _forget_checksums(place: Place) -> None:
    """Of files that are gone; they would keep the folder."""
    for file in place.file.iterdir() if place.has_checksums else ():
        if is_checksum(file.name):
            file.unlink(missing_ok=True)


def list_folder(place: Place, after: str, size: int) -> Page:
    """At most `size` entries of a folder, in the order of their names, after the name `after`.

    0, and more than a page can have, is a whole page.
    """
    require_folder(place)
    if size < 0:
        raise InvalidParameterValue(f"page_size must not be negative, got {size}.")
    wanted = min(size or LARGEST_PAGE, LARGEST_PAGE)
    with _names(place.file) as names:
        shown = (n for n in names if n > after and not (place.has_checksums and is_checksum(n)))
        found = heapq.nsmallest(wanted + 1, shown)
    entries = []
    for name in found[:wanted]:
        with contextlib.suppress(OSError):  # gone meanwhile, or a link to nowhere or to itself
            entries.append(_entry(place, name))
    return Page(entries, found[wanted - 1] if len(found) > wanted else "")


def _entry(place: Place, name: str) -> dict[str, Any]:
    status = (place.file / name).stat()
    is_directory = stat.S_ISDIR(status.st_mode)
    return {
        "path": f"{place.path}/{name}",
        "name": name,
        "is_directory": is_directory,
        "last_modified": milliseconds(status.st_mtime),
    } | ({} if is_directory else {"file_size": status.st_size})


@contextlib.contextmanager
def _names(folder: Path) -> Iterator[Iterator[str]]:
    """The names in a folder, without those that no answer can have (bytes that are no Unicode text)."""
    with os.scandir(folder) as entries:
        yield (entry.name for entry in entries if is_text(entry.name))


def _status(file: Path) -> os.stat_result | None:
    try:
        return file.stat()
    except OSError:  # not there, below a file, or a link to itself
        return None
