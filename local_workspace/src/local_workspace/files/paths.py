"""Paths from outside, resolved below a folder or refused.

A path is hostile until it has been through here: `..`, its percent-encoded forms, NUL, lone surrogates, names
that are too long, and links that lead out of the folder are all refused with `InvalidParameterValue`.
"""

import os
from pathlib import Path
from urllib.parse import unquote

from local_workspace.errors import InvalidParameterValue

WORKSPACE_PREFIX = "/Workspace"
# Linux' limits, in bytes.
LONGEST_NAME = 255
LONGEST_PATH = 4095


def canonical(path: str) -> str:
    """`path` as the APIs answer it: single slashes, none at the end; refuses what is not plain."""
    if not path.startswith("/"):
        raise InvalidParameterValue(f"Path must be absolute: {path!r} does not start with a slash.")
    pieces = [piece for piece in path.split("/") if piece]
    for piece in pieces:
        _check_piece(piece)
    return "/" + "/".join(pieces)


def below(root: Path, path: str) -> Path:
    """The file or folder that the absolute `path` names when `root` is `/`, with every link followed.

    It need not exist. Raises `InvalidParameterValue` when it would lie outside `root`.
    """
    home = root.resolve()
    try:
        resolved = home.joinpath(canonical(path).lstrip("/")).resolve()
    except (OSError, RuntimeError) as error:  # a loop of links
        raise InvalidParameterValue(f"Path {path!r} cannot be resolved: {error}") from error
    if len(os.fsencode(resolved)) > LONGEST_PATH:
        raise InvalidParameterValue(f"Path {path[:80]!r}… is longer than this machine's file system allows.")
    if not resolved.is_relative_to(home):
        raise InvalidParameterValue(f"Path {path!r} leads out of its root.")
    return resolved


def without_workspace_prefix(path: str) -> str:
    """`/Workspace/Users/x` and `/Users/x` are one object: the shorter name, in canonical form."""
    shorter = canonical(path)
    if shorter == WORKSPACE_PREFIX or shorter.startswith(WORKSPACE_PREFIX + "/"):
        shorter = shorter.removeprefix(WORKSPACE_PREFIX)
    return shorter or "/"


def _check_piece(piece: str) -> None:
    decoded = unquote(piece)
    if decoded in {".", ".."} or "\0" in decoded or "/" in decoded:
        raise InvalidParameterValue(f"Path segment {piece!r} is not a name.")
    try:
        encoded = piece.encode()
    except UnicodeEncodeError as error:
        raise InvalidParameterValue(f"Path segment {piece!r} is not valid Unicode.") from error
    if len(encoded) > LONGEST_NAME:
        raise InvalidParameterValue(f"Path segment {piece[:40]!r}… is longer than {LONGEST_NAME} bytes.")
