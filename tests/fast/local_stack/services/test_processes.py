"""A service that is ended and started again."""

import os
import signal
import sys
from pathlib import Path

import psutil
import pytest

from local_stack.services.processes import ServiceError, service
from local_stack.waiting import wait_for

SAY_AND_STAY = "import os, time; print(os.getpid(), flush=True); time.sleep(600)"


def said(log: Path) -> str | None:
    return log.read_text().strip() or None


def test_a_service_that_is_stopped_can_be_started_again_and_keeps_the_log_before(tmp_path: Path) -> None:
    log = tmp_path / "sleeper.log"
    with service([sys.executable, "-c", SAY_AND_STAY], log, os.environ) as running:
        first = running.process.pid
        wait_for("its first word", lambda: said(log), seconds=300)
        os.kill(first, signal.SIGSTOP)
        running.restart()
        second = wait_for("its second word", lambda: said(log), seconds=300)
        assert (running.log_before.read_text().strip(), second) == (str(first), str(running.process.pid))
        assert not psutil.pid_exists(first)
    assert not psutil.pid_exists(int(second))


def test_a_service_that_has_ended_is_told_by_name_with_the_end_of_its_log(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "print('out of order')"]
    with service(command, tmp_path / "broken.log", os.environ) as running:
        running.process.wait()
        with pytest.raises(ServiceError, match=r"(?s)The thing ended by itself.*broken\.log.*out of order"):
            running.require_running("The thing")
