"""The server's side of a fork server, and of what it has forked."""

import contextlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path

from local_workspace.processes.fork_server import LONGEST_REQUEST, Request
from local_workspace.processes.processes import Processes

# Forking without executing is safe on Linux; on macOS its own frameworks forbid it.
IS_POSSIBLE = sys.platform == "linux"


class CannotFork(Exception):
    """The fork server has ended, or cannot take the request: start a process the plain way."""


class Forked:
    """The guard of a forked process, as `subprocess.Popen` shows the guard of a plain one."""

    def __init__(self, line: int, status: int) -> None:
        self.returncode: int | None = None
        self.stdin = os.fdopen(line, "wb", buffering=0)
        self._status = os.fdopen(status, "rb", buffering=0)
        self.pid = self._number()

    def poll(self) -> int | None:
        """The exit code, negative for a signal; None while it runs."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.wait(0.0)
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """The exit code, once it has ended. Raises `subprocess.TimeoutExpired` after `timeout` seconds."""
        if self.returncode is None:
            ready, _, _ = select.select([self._status], [], [], timeout)
            if not ready:
                raise subprocess.TimeoutExpired("a forked process", timeout or 0.0)
            self.returncode = self._number()
            self._status.close()
        return self.returncode

    def terminate(self) -> None:
        """Ask it to end."""
        if self.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.pid, signal.SIGTERM)

    def _number(self) -> int:
        """The next number that the fork server has written. Its own end kills what it has forked."""
        said = b""
        while not said.endswith(b"\n"):
            piece = self._status.read(1)
            if not piece:
                return -signal.SIGKILL
            said += piece
        return int(said)


class ForkServer:
    """Forks Python processes that need not import; `start` may be called before it is known to be needed."""

    def __init__(
        self,
        name: str,
        python: str,
        processes: Processes,
        folder: Path,
        environment: Mapping[str, str],
        mounts: Mapping[str, Path] | None = None,
    ) -> None:
        self._name = name
        self._python = python
        self._processes = processes
        self._folder = folder
        self._environment = environment
        self._mounts = mounts
        self._lock = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._socket: socket.socket | None = None

    def another(self) -> "ForkServer":
        """One of the same kind that has not been started."""
        return ForkServer(
            self._name, self._python, self._processes, self._folder, self._environment, self._mounts
        )

    def start(self, imports: Sequence[str]) -> None:
        """Begin to import these modules; on Linux only."""
        if not IS_POSSIBLE:
            return
        self._socket, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            number = theirs.fileno()
            module = "local_workspace.processes.fork_server"
            self._process = self._processes.spawn(
                self._name,
                [self._python, "-u", "-P", "-m", module, str(number), *imports],
                environment=self._environment,
                cwd=self._folder,
                output=self._folder / "fork_server.log",
                files=[number],
                mounts=self._mounts,
            )

    def fork(self, request: Request, output: Path) -> Forked:
        """A process that runs a module; stdout and stderr go to `output`. Raises CannotFork."""
        message = json.dumps(request).encode()
        if self._socket is None or len(message) > LONGEST_REQUEST:
            raise CannotFork
        reading, line = os.pipe()
        status, writing = os.pipe()
        try:
            with output.open("ab") as sink, self._lock:
                socket.send_fds(self._socket, [message], [reading, sink.fileno(), writing])
        except OSError as error:
            os.close(line)
            os.close(status)
            raise CannotFork from error
        finally:
            os.close(reading)
            os.close(writing)
        forked = Forked(line, status)
        if forked.pid < 0:
            raise CannotFork
        self._processes.record(request["name"], forked.pid)
        return forked

    def stop(self) -> None:
        """End it, and what it has forked."""
        if self._process is not None:
            self._processes.end(self._process)
        if self._socket is not None:
            self._socket.close()
