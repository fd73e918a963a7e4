"""A command that sees folders under other paths, where the machine can do that."""

import subprocess
import sys
from pathlib import Path

import pytest

from local_workspace.processes import mounted
from local_workspace.processes.processes import mount_problem

SCRIPT = """
import os, pathlib, sys
path = pathlib.Path("/Volumes/there.txt")
print(path.read_text() if path.exists() else "not there", os.getcwd(), os.getuid())
pathlib.Path("/Volumes/written.txt").write_text("written") if path.exists() else None
"""


def run(root: Path, folder: Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    root.mkdir()
    starting = [sys.executable, "-I", "-S", mounted.__file__, str(root), f"/Volumes={folder}", "--"]
    return subprocess.run(
        [*starting, sys.executable, "-c", SCRIPT], cwd=cwd, capture_output=True, text=True, check=True
    )


def can_mount() -> bool:
    """Whether this machine lets this user make namespaces."""
    asked = ["unshare", "--mount", "--user", "--map-root-user", "true"]
    try:
        return subprocess.run(asked, capture_output=True, check=False).returncode == 0
    except OSError:
        return False


@pytest.mark.skipif(not can_mount(), reason="this machine has no mount namespaces for us")
def test_the_command_finds_the_folder_and_all_else_is_as_it_was(tmp_path: Path) -> None:
    folder, cwd = tmp_path / "folder", tmp_path / "cwd"
    folder.mkdir()
    cwd.mkdir()
    (folder / "there.txt").write_text("found")
    ended = run(tmp_path / "root", folder, cwd)
    assert ended.stdout.split()[:2] == ["found", str(cwd)]
    assert ended.stderr == ""
    assert (folder / "written.txt").read_text() == "written"
    assert not [each for each in (tmp_path / "root").rglob("*") if each.is_file() and each.stat().st_size]


def test_a_command_runs_without_what_cannot_be_mounted_and_says_so(tmp_path: Path) -> None:
    ended = run(tmp_path / "root", tmp_path / "missing", tmp_path)
    assert ended.stdout.split()[-2] == str(tmp_path)
    assert ended.stderr.startswith("/Volumes not mounted: ")
    assert mount_problem({"/Volumes": tmp_path / "missing"}) == ended.stderr.strip()
