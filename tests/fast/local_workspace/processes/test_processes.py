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
# It detaches a process as a daemon does (a double fork, a session of its own), with nothing of its own
# environment, says which, and ends at once, or goes on.
DETACH = """
import os, subprocess, sys, time
sleeping = [sys.executable, "-c", "import time; time.sleep(600)"]
nothing = {name: subprocess.DEVNULL for name in ("stdin", "stdout", "stderr")}
if not os.fork():
    os.setsid()
    print(subprocess.Popen(sleeping, env={}, cwd="/", start_new_session=True, **nothing).pid, flush=True)
    os._exit(0)
os.wait()
"""
LEAVE_A_CHILD = [sys.executable, "-c", DETACH]
KEEP_A_CHILD = [sys.executable, "-c", DETACH + "time.sleep(600)"]
# A leader without a guard that leaves a process in its group when its standard input ends.
LEAVE_IN_GROUP = """
import subprocess, sys
sleeping = [sys.executable, "-c", "import time; time.sleep(600)"]
nothing = {name: subprocess.DEVNULL for name in ("stdin", "stdout", "stderr")}
print(subprocess.Popen(sleeping, **nothing).pid, flush=True)
sys.stdin.read()
"""
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


def left_by(tmp_path: Path) -> int:
    """The process that a child has detached."""
    until(lambda: (tmp_path / "output").read_text().endswith("\n"), "a detached process")
    return int((tmp_path / "output").read_text())


def test_what_a_child_has_detached_ends_with_it(processes: Processes, spawn: Spawn, tmp_path: Path) -> None:
    child = spawn(LEAVE_A_CHILD)
    child.wait()
    assert gone(left_by(tmp_path))
    assert child.returncode == 0
    processes.end(child)
    assert processes.names() == []


def test_what_a_child_has_detached_ends_when_the_child_is_ended(
    processes: Processes, spawn: Spawn, tmp_path: Path
) -> None:
    child = spawn(KEEP_A_CHILD)
    left = left_by(tmp_path)
    assert not gone(left)
    processes.end(child)
    assert gone(left)
    assert child.returncode == -15


def test_what_a_child_has_detached_ends_when_its_server_does(spawn: Spawn, tmp_path: Path) -> None:
    child = spawn(KEEP_A_CHILD)
    left = left_by(tmp_path)
    assert child.stdin is not None
    child.stdin.close()  # as the kernel does when the server ends, in whatever way
    assert child.wait() == -9
    assert gone(left)


@pytest.mark.parametrize(
    ("how", "status"),
    [("sys.exit(7)", 7), ("os.kill(os.getpid(), 9)", -9), ("os.kill(os.getpid(), 40)", -40), ("pass", 0)],
)
def test_a_child_is_seen_to_end_as_it_did(spawn: Spawn, how: str, status: int) -> None:
    assert spawn([sys.executable, "-c", f"import os, sys; {how}"]).wait() == status


def test_a_child_that_cannot_be_started_ends_with_the_reason(spawn: Spawn, tmp_path: Path) -> None:
    assert spawn(["/nowhere/java"]).wait() == 127
    assert "/nowhere/java" in (tmp_path / "output").read_text()


def test_a_child_has_the_signals_that_it_would_have_alone(spawn: Spawn, tmp_path: Path) -> None:
    assert spawn(["/bin/sh", "-c", "yes | head -n 1"]).wait() == 0
    assert (tmp_path / "output").read_text() == "y\n"
    masks = [sys.executable, "-c", "import signal as s; print(s.pthread_sigmask(s.SIG_BLOCK, []))"]
    assert spawn(masks).wait() == 0
    assert (tmp_path / "output").read_text().endswith("\nset()\n")


def test_what_has_its_home_in_a_folder_can_be_ended_by_it(processes: Processes, tmp_path: Path) -> None:
    """Where orphans cannot be adopted, and for what ran when a guard was killed."""
    stray = subprocess.Popen(SLEEP, env=base_environment(tmp_path), start_new_session=True)
    assert processes.end_strays(tmp_path / "elsewhere") == 0
    assert processes.end_strays(tmp_path) == 1
    assert gone(stray.pid)


def test_a_child_that_ignores_the_request_is_killed(
    processes: Processes, spawn: Spawn, tmp_path: Path
) -> None:
    child = spawn(STUBBORN)
    until(lambda: (tmp_path / "output").read_text() == "deaf\n", "a deaf child")
    processes.end(child, seconds=0.1)
    assert child.returncode == -9


def test_what_a_killed_server_left_is_ended_by_the_next(store: Store, spawn: Spawn, tmp_path: Path) -> None:
    child = spawn(KEEP_A_CHILD)
    left = left_by(tmp_path)
    for process in [psutil.Process(child.pid), *psutil.Process(child.pid).children(recursive=True)]:
        process.suspend()  # so that it cannot end by itself
    assert Processes(store).end_leftovers() == ["child"]
    assert gone(child.pid)
    assert gone(left)
    assert Processes(store).end_leftovers() == []


def test_the_group_of_a_leader_that_has_ended_is_ended_too(store: Store) -> None:
    """The children of earlier servers had no guard."""
    leader = subprocess.Popen(
        [sys.executable, "-c", LEAVE_IN_GROUP],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    Processes(store).record("old", leader.pid)
    left = int(leader.communicate()[0])
    assert not gone(left)
    assert Processes(store).end_leftovers() == ["old"]
    assert gone(left)


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
    assert child.wait(10) == -9
