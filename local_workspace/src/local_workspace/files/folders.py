"""Folders that clients and job runs change at the same time."""

import contextlib
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any


def described(files: Iterable[Path], describe: Callable[[Path], dict[str, Any]]) -> list[dict[str, Any]]:
    """What `describe` says of each, without those that have gone since they were seen."""
    descriptions = []
    for file in files:
        with contextlib.suppress(FileNotFoundError):
            descriptions.append(describe(file))
    return descriptions


def remove_tree(folder: Path) -> None:
    """Remove a folder with all that is in it, whoever else removes parts of it meanwhile."""
    while folder.is_dir():
        with contextlib.suppress(FileNotFoundError):
            shutil.rmtree(folder)
