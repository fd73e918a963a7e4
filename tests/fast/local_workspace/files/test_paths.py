"""Paths from outside stay below their root, or are refused."""

import os
import string
import tempfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from local_workspace.errors import InvalidParameterValue
from local_workspace.files.paths import below, canonical, without_workspace_prefix

HOSTILE = [
    "..",
    ".",
    "...",
    "%2e%2e",
    "%2E.",
    "..%2f..",
    "%252e%252e",
    "..\\..",
    "\0",
    "a\0b",
    "\u2024\u2024",
    "\uff0e\uff0e",
    "\ud800",
    "out",
    "loop",
    "inside",
    "~",
    "C:",
    "x" * 300,
    "x" * 250,
    " ",
]
PIECES = st.one_of(st.sampled_from(HOSTILE), st.text(string.printable, max_size=8), st.text(max_size=8))
PATHS = st.lists(PIECES, max_size=20).map(lambda pieces: "/" + "/".join(pieces))


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A root with links in it: out of it, to itself, and to a folder inside."""
    folder = tmp_path_factory.mktemp("paths")
    home = folder / "root"
    home.mkdir()
    (folder / "secret").write_text("not yours")
    (home / "folder").mkdir()
    (home / "out").symlink_to(folder)
    (home / "loop").symlink_to(home / "loop")
    (home / "inside").symlink_to(home / "folder")
    return home


@given(path=PATHS)
def test_a_path_is_below_the_root_or_refused(root: Path, path: str) -> None:
    try:
        resolved = below(root, path)
    except InvalidParameterValue:
        return
    assert Path(os.path.realpath(resolved)).is_relative_to(root.resolve())


@given(path=PATHS)
def test_what_resolves_can_be_asked_of_the_file_system(root: Path, path: str) -> None:
    try:
        resolved = below(root, path)
    except InvalidParameterValue:
        return
    assert resolved.exists() in {True, False}


@pytest.mark.parametrize(
    "path",
    [
        "/../secret",
        "/folder/../../secret",
        "/%2e%2e/secret",
        "/out/secret",
        "/out",
        "/loop",
        "/a\0b",
        "/" + "x" * 256,
    ],
)
def test_a_path_out_of_the_root_is_refused(root: Path, path: str) -> None:
    with pytest.raises(InvalidParameterValue):
        below(root, path)


def test_a_path_that_the_file_system_cannot_hold_is_refused(root: Path) -> None:
    with pytest.raises(InvalidParameterValue, match="longer than"):
        below(root, "/" + "/".join(["x" * 200] * 21))


@pytest.mark.parametrize("path", ["", "relative", "./x", "dbfs:/x", "C:/x"])
def test_a_path_that_is_not_absolute_is_refused(root: Path, path: str) -> None:
    with pytest.raises(InvalidParameterValue, match="must be absolute"):
        below(root, path)


def test_a_link_within_the_root_is_followed(root: Path) -> None:
    assert below(root, "/inside/file") == root.resolve() / "folder" / "file"


def test_a_root_that_is_a_link_is_its_target() -> None:
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder, "home")
        home.mkdir()
        Path(folder, "link").symlink_to(home)
        assert below(Path(folder, "link"), "/x") == home.resolve() / "x"


@pytest.mark.parametrize(("path", "answered"), [("/", "/"), ("//a///b/", "/a/b"), ("/a b/ü", "/a b/ü")])
def test_the_answered_path_has_single_slashes(path: str, answered: str) -> None:
    assert canonical(path) == answered


@pytest.mark.parametrize(
    ("path", "answered"),
    [
        ("/Workspace", "/"),
        ("/Workspace/Users/x", "/Users/x"),
        ("/Users/x", "/Users/x"),
        ("/Workspaces", "/Workspaces"),
    ],
)
def test_the_workspace_prefix_names_the_same_object(path: str, answered: str) -> None:
    assert without_workspace_prefix(path) == answered
