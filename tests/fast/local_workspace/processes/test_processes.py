"""Children of the server: what they see, and that they end."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from local_workspace.processes.processes import Processes, base_environment
from local_workspace.store import Store
from tests.wire.polling import until

SLEEP = [sys.executable, "-c", "import time; time.sleep(600)"]
# A leader that ends at once and leaves a child in its group.
LEAVE_A_CHILD = [
    sys.executable,
    "-c",
    "import subprocess, sys\n"
    "print(subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)']).pid)",
]
STUBBORN = [
    sys.executable,
    "-u",
    "-c",
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf'); time.sleep(600)",
]
Spawn = Callable[..., subprocess.Popen[bytes]]


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path / "store.db")


@pytest.fixture
def processes(store: Store) -> Processes:
    return Processes(store)


@pytest.fixture
def spawn(processes: Processes, tmp_path: Path) -> Spawn:
    def start(command: list[str]) -> subprocess.Popen[bytes]:
        environment = base_environment(tmp_path)
        return processes.spawn(
            "child", command, environment=environment, cwd=tmp_path, output=tmp_path / "output"
        )

    return start


def gone(pid: int) -> bool:
    """Whether a process has ended (a child of ours stays a zombie until it is waited for)."""
    return not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE


def test_a_child_sees_only_what_is_passed_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_OF_THE_SERVER", "x")
    monkeypatch.setenv("PYTHONPATH", "/elsewhere")
    environment = base_environment(tmp_path)
    assert environment["HOME"] == str(tmp_path)
    assert {"SECRET_OF_THE_SERVER", "PYTHONPATH"} & environment.keys() == set()


def test_the_end_of_a_child_is_the_end_of_its_group(
    processes: Processes, spawn: Spawn, tmp_path: Path
) -> None:
    child = spawn(LEAVE_A_CHILD)
    child.wait()
    left = int((tmp_path / "output").read_text())
    assert not gone(left)
    processes.end(child)
    until(lambda: gone(left), "the end of the child's child")
    assert processes.names() == []


def test_what_went_into_a_session_of_its_own_is_ended_by_its_home(
    processes: Processes, spawn: Spawn, tmp_path: Path
) -> None:
    child = spawn([*LEAVE_A_CHILD[:2], LEAVE_A_CHILD[2].replace("])", "], start_new_session=True)")])
    child.wait()
    left = int((tmp_path / "output").read_text())
    processes.end(child)
    assert not gone(left)
    assert processes.end_strays(tmp_path / "elsewhere") == 0
    assert processes.end_strays(tmp_path) == 1
    assert gone(left)


def test_a_child_that_ignores_the_request_is_killed(
    processes: Processes, spawn: Spawn, tmp_path: Path
) -> None:
    child = spawn(STUBBORN)
    until(lambda: (tmp_path / "output").read_text() == "deaf\n", "a deaf child")
    processes.end(child, seconds=0.1)
    assert child.returncode == -9


def test_what_a_killed_server_left_is_ended_by_the_next(store: Store, spawn: Spawn, tmp_path: Path) -> None:
    child, parent = spawn(SLEEP), spawn(LEAVE_A_CHILD)
    parent.wait()
    left = int((tmp_path / "output").read_text())
    assert Processes(store).end_leftovers() == ["child", "child"]
    assert gone(child.pid)
    assert gone(left)
    assert Processes(store).end_leftovers() == []


def test_a_process_that_only_has_the_pid_of_a_child_is_left_alone(store: Store, spawn: Spawn) -> None:
    child = spawn(SLEEP)
    store.collection("processes").update(str(child.pid), create_time=1.0)
    assert Processes(store).end_leftovers() == []
    assert child.poll() is None
    child.kill()
    child.wait()


def test_a_child_with_a_life_line_ends_when_its_server_does(spawn: Spawn, tmp_path: Path) -> None:
    watch = "from local_workspace.processes import lifeline; lifeline.watch()"
    code = f"import time; {watch}; print('on'); time.sleep(600)"
    child = spawn([sys.executable, "-u", "-c", code])
    until(lambda: (tmp_path / "output").read_text() == "on\n", "a child that watches its life line")
    assert child.stdin is not None
    child.stdin.close()
    assert child.wait() == -9
