"""Forked processes: each is as separate as one of its own, and ends for certain."""

import os
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from local_workspace.processes.forked import IS_POSSIBLE, CannotFork, Forked, ForkServer
from local_workspace.processes.processes import Processes, base_environment
from local_workspace.store import Store
from tests.wire.polling import until

pytestmark = pytest.mark.skipif(not IS_POSSIBLE, reason="processes are forked on Linux only")

IMPORTED = """
import numpy

seen = []
"""
FORKED = """
import os, subprocess, sys, time
import imported

from local_workspace.processes import lifeline

lifeline.watch()
imported.seen.append(sys.argv[1])
numbers = imported.numpy.random.rand()
print(imported.seen, os.environ.get("MARK"), os.path.basename(os.getcwd()), __name__, numbers, flush=True)
if sys.argv[1] == "sleep":
    sleeping = [sys.executable, "-c", "import time; time.sleep(600)"]
    subprocess.Popen(sleeping, stdin=subprocess.DEVNULL, start_new_session=True)
    print("asleep", flush=True)
    time.sleep(600)
sys.exit(int(sys.argv[1]))
"""
Fork = Callable[[str], Forked]


@pytest.fixture
def processes(tmp_path: Path) -> Processes:
    return Processes(Store(tmp_path / "store.db"))


@pytest.fixture
def server(processes: Processes, tmp_path: Path) -> Iterator[ForkServer]:
    """A fork server that has imported a module."""
    modules = tmp_path / "modules"
    modules.mkdir()
    (modules / "imported.py").write_text(IMPORTED)
    (modules / "forked_module.py").write_text(FORKED)
    environment = base_environment(tmp_path) | {"PYTHONPATH": str(modules), "MARK": "the server's"}
    server = ForkServer("fork server", sys.executable, processes, tmp_path, environment)
    server.start(["imported"])
    yield server
    server.stop()


@pytest.fixture
def fork(server: ForkServer, tmp_path: Path) -> Fork:
    """Forks a process that runs the module with one argument."""

    def one(argument: str) -> Forked:
        folder = tmp_path / argument
        folder.mkdir(exist_ok=True)
        environment = {"PATH": os.environ["PATH"], "MARK": f"of {argument}"}
        return server.fork(
            {
                "name": f"run {argument}",
                "module": "forked_module",
                "arguments": [argument],
                "environment": environment,
                "folder": str(folder),
            },
            tmp_path / f"{argument}.log",
        )

    return one


def has_ended(process: psutil.Process) -> bool:
    """Whether it runs no more; whoever inherits it may not have waited for it yet."""
    return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE


def test_a_forked_process_runs_a_module_as_python_does(fork: Fork, tmp_path: Path) -> None:
    assert fork("3").wait(30) == 3
    assert (tmp_path / "3.log").read_text().startswith("['3'] of 3 3 __main__ ")


def test_nothing_passes_from_one_forked_process_to_another(fork: Fork, tmp_path: Path) -> None:
    for argument in ("0", "1"):
        fork(argument).wait(30)
    first, second = ((tmp_path / f"{argument}.log").read_text().split() for argument in ("0", "1"))
    assert (first[0], second[0]) == ("['0']", "['1']")
    assert first[-1] != second[-1], "both have the same random numbers"


def test_processes_run_at_the_same_time_and_end_by_themselves(fork: Fork) -> None:
    long, short = fork("sleep"), fork("0")
    assert short.wait(30) == 0
    assert long.poll() is None


def test_what_a_forked_process_detaches_ends_with_it(
    fork: Fork, processes: Processes, tmp_path: Path
) -> None:
    sleeping = fork("sleep")
    until(lambda: "asleep" in (tmp_path / "sleep.log").read_text(), "it sleeps")
    below = psutil.Process(sleeping.pid).children(recursive=True)
    assert len(below) == 2
    assert "run sleep" in processes.names()
    processes.end(sleeping)
    assert sleeping.returncode == -signal.SIGTERM
    assert all(has_ended(process) for process in below)
    assert processes.names() == ["fork server"]


def test_a_forked_process_ends_with_its_guard(fork: Fork, tmp_path: Path) -> None:
    sleeping = fork("sleep")
    until(lambda: "asleep" in (tmp_path / "sleep.log").read_text(), "it sleeps")
    (forked,) = psutil.Process(sleeping.pid).children()
    os.kill(sleeping.pid, signal.SIGKILL)
    assert sleeping.wait(30) == -signal.SIGKILL
    until(lambda: has_ended(forked), "it has ended")


def test_all_end_with_the_fork_server_which_then_forks_no_more(
    fork: Fork, server: ForkServer, tmp_path: Path
) -> None:
    sleeping = fork("sleep")
    until(lambda: "asleep" in (tmp_path / "sleep.log").read_text(), "it sleeps")
    below = psutil.Process(sleeping.pid).children(recursive=True)
    server.stop()
    assert sleeping.wait(30) == -signal.SIGKILL
    assert all(has_ended(process) for process in below)
    with pytest.raises(CannotFork):
        fork("0")


def test_a_fork_server_that_was_not_started_forks_nothing(processes: Processes, tmp_path: Path) -> None:
    request = {"name": "", "module": "", "arguments": [], "environment": {}, "folder": ""}
    with pytest.raises(CannotFork):
        ForkServer("none", sys.executable, processes, tmp_path, {}).fork(request, tmp_path / "log")  # type: ignore[arg-type]
