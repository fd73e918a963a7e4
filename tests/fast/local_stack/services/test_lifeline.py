"""Services of this machine end with what started them, and with everything that they started."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from local_stack.environments import PROJECT
from local_stack.waiting import wait_for

# A service with a child in its own group and one that leads another, as Airflow's tasks do.
SERVICE = """
import pathlib, subprocess, sys, time
sleep = [sys.executable, "-c", "import time; time.sleep(600)"]
children = [subprocess.Popen(sleep), subprocess.Popen(sleep, process_group=0)]
pids = " ".join(str(child.pid) for child in children)
unfinished = pathlib.Path(sys.argv[1] + ".part")
unfinished.write_text(pids)
unfinished.rename(sys.argv[1])
time.sleep(600)
"""

STARTER = """
import os, sys, time
from pathlib import Path
from local_stack.services.processes import service
with service([sys.executable, "-c", sys.argv[1], sys.argv[2]], Path(sys.argv[3]), os.environ) as running:
    print(running.process.pid, flush=True)
    if sys.argv[4] == "stay":
        time.sleep(600)
    while not Path(sys.argv[2]).exists():
        time.sleep(0.02)
"""


def started(folder: Path, then: str) -> tuple[subprocess.Popen[str], list[psutil.Process]]:
    """A process that has started SERVICE, and the processes of that service."""
    pids = folder / "pids"
    command = [sys.executable, "-c", STARTER, SERVICE, str(pids), str(folder / "log"), then]
    starter = subprocess.Popen(command, cwd=PROJECT, stdout=subprocess.PIPE, text=True)
    assert starter.stdout is not None
    leader = int(starter.stdout.readline())
    wait_for("the service's children", lambda: pids.exists() or None, seconds=300)
    found = [psutil.Process(int(pid)) for pid in pids.read_text().split() if psutil.pid_exists(int(pid))]
    return starter, [*found, *([psutil.Process(leader)] if psutil.pid_exists(leader) else [])]


def living(processes: list[psutil.Process]) -> list[psutil.Process]:
    """Those that run; one that only waits for its parent to take note of its end does not."""
    return [p for p in processes if p.is_running() and p.status() != psutil.STATUS_ZOMBIE]


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
def test_a_service_and_all_it_started_end_with_a_starter_that_is_killed(
    tmp_path: Path, number: signal.Signals
) -> None:
    starter, processes = started(tmp_path, then="stay")
    assert len(processes) == 3
    os.kill(starter.pid, number)
    starter.wait()
    wait_for("their end", lambda: True if not living(processes) else None, seconds=300)


def test_a_service_ends_with_the_block_that_it_was_started_for(tmp_path: Path) -> None:
    starter, processes = started(tmp_path, then="leave")
    assert starter.wait() == 0
    assert living(processes) == []
