"""The folder of `make up`: one at a time, and the same ports at every start."""

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from local_stack.environments import PROJECT
from local_stack.up.state_folder import AlreadyRunningError, StateFolder


def test_a_folder_in_use_is_refused_with_the_url_and_the_process_that_uses_it(tmp_path: Path) -> None:
    with StateFolder(tmp_path) as state:
        state.announce("http://127.0.0.1:8080")
        with pytest.raises(AlreadyRunningError, match=rf"http://127.0.0.1:8080 .* {os.getpid()}"):
            StateFolder(tmp_path).__enter__()
    with StateFolder(tmp_path):
        pass


def test_a_folder_whose_user_was_killed_is_free(tmp_path: Path) -> None:
    kill = (
        "import os, sys, pathlib; from local_stack.up.state_folder import StateFolder;"
        "StateFolder(pathlib.Path(sys.argv[1])).__enter__(); os.kill(os.getpid(), 9)"
    )
    killed = subprocess.run([sys.executable, "-c", kill, str(tmp_path)], cwd=PROJECT, check=False)
    assert killed.returncode == -9
    with StateFolder(tmp_path):
        pass


def test_make_clean_refuses_a_folder_in_use(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "local_stack.up.state_folder", str(tmp_path)]
    with StateFolder(tmp_path):
        refused = subprocess.run(command, cwd=PROJECT, check=False, capture_output=True, text=True)
    assert refused.returncode == 1
    assert "Already running" in refused.stderr
    assert subprocess.run(command, cwd=PROJECT, check=False).returncode == 0


def test_a_port_stays_the_same_at_every_start(tmp_path: Path) -> None:
    with StateFolder(tmp_path) as state:
        port = state.port("airflow", preferred=0)
    with StateFolder(tmp_path) as state:
        assert state.port("airflow", preferred=0) == port
        assert state.port("workspace", preferred=0) != 0


def test_a_port_that_others_took_meanwhile_is_replaced(tmp_path: Path) -> None:
    with socket.socket() as other, StateFolder(tmp_path) as state:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = other.getsockname()[1]
        (tmp_path / "ports.json").write_text(json.dumps({"airflow": taken}))
        assert state.port("airflow", preferred=taken) not in {0, taken}


def test_the_folder_is_its_owner_s_alone(tmp_path: Path) -> None:
    with StateFolder(tmp_path / "new") as state:
        assert state.path.stat().st_mode & 0o077 == 0
