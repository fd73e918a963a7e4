"""Folders that clients and job runs change at the same time."""

import contextlib
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any


def described(files: Iterable[Path], describe: Callable[[Path], dict[str, Any]]) -> list[dict[str, Any]]:
    """What `describe` says of each.

    Left out are those that have gone since they were seen, links to nowhere, and names that no answer has.
    """
    descriptions = []
    for file in filter(lambda file: is_text(file.name), files):
        with contextlib.suppress(OSError):
            descriptions.append(describe(file))
    return descriptions


def remove_tree(folder: Path) -> None:
    """Remove a folder with all that is in it, whoever else removes parts of it meanwhile."""
    while folder.is_dir():
        with contextlib.suppress(FileNotFoundError):
            shutil.rmtree(folder)


def forget_checksum(file: Path) -> None:
    """Remove the checksum that Hadoop keeps of a file: Spark refuses a file whose checksum is stale."""
    with contextlib.suppress(OSError):  # there is none, or its name would be too long
        file.with_name(f".{file.name}.crc").unlink()


def is_checksum(name: str) -> bool:
    """Whether a file of this name is such a checksum."""
    return name.startswith(".") and name.endswith(".crc")


def is_text(name: str) -> bool:
    """Whether an answer can have a file's name: one of bytes that are no Unicode text it cannot."""
    return not any("\ud800" <= letter <= "\udfff" for letter in name)
