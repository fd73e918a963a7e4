"""One server per root."""

import subprocess
import sys
from pathlib import Path

import pytest

from local_workspace.server.root_lock import RootIsHeldError, RootLock, holder_of

HOLD = """
import os, signal, sys
from pathlib import Path
from local_workspace.server.root_lock import RootLock
with RootLock(Path(sys.argv[1])) as lock:
    lock.announce("http://127.0.0.1:1")
    print("held", flush=True)
    sys.stdin.read()
"""


def hold(root: Path) -> subprocess.Popen[str]:
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(root)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == "held\n"
    return holder


def test_a_second_server_is_told_where_the_first_is(tmp_path: Path) -> None:
    holder = hold(tmp_path)
    with (
        pytest.raises(RootIsHeldError, match=f"already running at http://127.0.0.1:1 .*pid {holder.pid}"),
        RootLock(tmp_path),
    ):
        pass
    holder.communicate()


def test_a_killed_server_leaves_the_root_free(tmp_path: Path) -> None:
    holder = hold(tmp_path)
    holder.kill()
    holder.communicate()
    assert holder_of(tmp_path) is None
    with RootLock(tmp_path) as lock:
        lock.announce("http://127.0.0.1:2")


def test_a_root_that_was_never_used_has_no_holder_and_is_not_made(tmp_path: Path) -> None:
    assert holder_of(tmp_path / "new") is None
    assert not (tmp_path / "new").exists()


def test_a_new_root_is_for_its_owner_alone(tmp_path: Path) -> None:
    with RootLock(tmp_path / "new"):
        assert (tmp_path / "new").stat().st_mode & 0o077 == 0
