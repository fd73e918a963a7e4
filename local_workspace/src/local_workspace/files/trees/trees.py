"""The trees of the Files API: a prefix of paths each, and where the files behind them are.

A tree says which file of this machine a path names, or refuses the path. What is done with the file is the
same for all trees.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import Enum
from pathlib import Path

from local_workspace.errors import BadRequest
from local_workspace.files.paths import canonical


class Access(Enum):
    """What a request is about to do with a path."""

    READ = "read"
    WRITE = "write"


# The file or folder of a path below the tree's prefix (canonical, prefix included), there or not. Raises the
# `WorkspaceError` for a path that is none of the tree's, or that the caller may not use so.
Locate = Callable[[str, Access], Path]


@dataclass(frozen=True)
class Tree:
    """One tree: `/Models`, and the function that finds its files."""

    prefix: str
    locate: Locate
    # Whether Spark writes here: its checksums, `.name.crc` beside `name`, are not shown.
    has_checksums: bool = False


@dataclass(frozen=True)
class Place:
    """A path of the Files API and the file or folder of this machine that it names, there or not."""

    path: str
    file: Path
    has_checksums: bool


class Trees:
    """All trees of the workspace; of two that fit, the one with the longer prefix has the path."""

    def __init__(self, trees: Iterable[Tree]) -> None:
        self._trees = sorted(trees, key=lambda tree: len(tree.prefix), reverse=True)

    def place(self, path: str, access: Access) -> Place:
        """Where `path` is; `BadRequest` if it is in no tree, or what its tree raises."""
        name = canonical(path)
        for tree in self._trees:
            if name == tree.prefix or name.startswith(tree.prefix + "/"):
                return Place(name, tree.locate(name, access), tree.has_checksums)
        first = name.split("/")[1]
        raise BadRequest(f"Invalid path: unsupported first path component: {first}")
