"""Services as child processes: started with a log file, ended as a whole group, none forgotten."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import psutil

from local_stack.services import lifeline

END_SECONDS = 10
REPEAT_SECONDS = 2
# Weighing reads every page table, which is work for the machine that is being watched.
WEIGHING_SECONDS = 6


class ServiceError(Exception):
    """A service ended although it should run."""

    def __init__(self, name: str, log: Path) -> None:
        tail = "\n".join(log.read_text(errors="replace").splitlines()[-15:])
        super().__init__(f"{name} ended by itself; the end of its log {log}:\n{tail}")


class Service:
    """A command that runs in a process group of its own; its output goes to `log`.

    If this process is killed, the service is killed too: see `lifeline`.
    """

    def __init__(self, command: Sequence[str], log: Path, environment: Mapping[str, str]) -> None:
        self.log = log
        self._command = [sys.executable, "-I", lifeline.__file__, *command]
        self._environment = dict(environment)
        log.parent.mkdir(parents=True, exist_ok=True)
        self.process = self._start()

    @property
    def log_before(self) -> Path:
        """The log of the process that `restart` has ended."""
        return self.log.with_suffix(".before.log")

    def restart(self) -> None:
        """End it and start it again."""
        self.end()
        self.log.replace(self.log_before)
        self.process = self._start()

    def require_running(self, name: str) -> None:
        """Raise `ServiceError` if it has ended."""
        if self.process.poll() is not None:
            raise ServiceError(name, self.log)

    def end(self) -> None:
        """SIGINT for the group, the one signal that every service here handles; SIGKILL ten seconds later."""
        end_group(self.process)

    def _start(self) -> subprocess.Popen[bytes]:
        with self.log.open("wb") as output:
            return subprocess.Popen(
                self._command,
                stdout=output,
                stderr=output,
                stdin=subprocess.PIPE,
                env=self._environment,
                process_group=0,
            )


@contextmanager
def service(command: Sequence[str], log: Path, environment: Mapping[str, str]) -> Iterator[Service]:
    """Run a service while the block runs."""
    running = Service(command, log, environment)
    try:
        yield running
    finally:
        running.end()


def end_group(process: subprocess.Popen[bytes]) -> None:
    """End a process, its group and its descendants; returns when it has ended.

    The signal is sent again while it has no effect: Airflow's handlers end by raising SystemExit, and Python
    drops that where it cannot be raised (in a destructor, say).
    """
    family = lifeline.family(process.pid)
    deadline = time.monotonic() + END_SECONDS
    while process.poll() is None and time.monotonic() < deadline:
        interrupt(process)
        with suppress(subprocess.TimeoutExpired):
            process.wait(REPEAT_SECONDS)
    if process.poll() is None:
        family += lifeline.family(process.pid)
    lifeline.kill(family)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    if process.stdin:
        process.stdin.close()


def interrupt(process: subprocess.Popen[bytes]) -> None:
    """Ask a process and its group to end, as Ctrl-C does."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGINT)


class Descendants:
    """Every process that descended from this one, remembered so that orphans are found later."""

    def __init__(self) -> None:
        self._seen: set[psutil.Process] = set()
        self._next_weighing = 0.0
        self.peak_memory = 0

    def look(self) -> None:
        """Remember the descendants of this moment and, now and then, how many bytes they hold."""
        self._seen.update(psutil.Process().children(recursive=True))
        if time.monotonic() >= self._next_weighing:
            self.peak_memory = max(self.peak_memory, sum(map(_memory_bytes, self._seen)))
            self._next_weighing = time.monotonic() + WEIGHING_SECONDS

    def alive(self) -> list[str]:
        """`process <pid> <name>` of each remembered process that still runs."""
        return sorted(filter(None, map(_running, self._seen)))


def _running(process: psutil.Process) -> str | None:
    with suppress(psutil.NoSuchProcess):
        if process.is_running() and process.status() != psutil.STATUS_ZOMBIE:
            return f"process {process.pid} {process.name()}"
    return None


def _memory_bytes(process: psutil.Process) -> int:
    # Airflow's and Spark's children share most pages with their parents: PSS counts a shared page once.
    with suppress(psutil.Error):
        memory = process.memory_full_info()
        return int(getattr(memory, "pss", memory.uss))
    return 0
