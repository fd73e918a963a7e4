"""A process that has Python's large modules imported, and forks: what it forks need not import them.

    python -u -P -m local_workspace.processes.fork_server FD MODULE ...

FD is a socket of whole messages to the server. A message is the JSON of a `Request`, with three files: what
is to be standard input (the life line), what is to be standard output, and where the process id and, at its
end, the exit code are written. Each forked process has a guard, as every child of the server has, and runs a
module as `python -m` does. This process itself connects to nothing, starts no thread and runs no code of a
user, so that nothing passes from one forked process to another.
"""

import contextlib
import ctypes
import gc
import importlib
import json
import os
import runpy
import select
import signal
import socket
import sys
import tempfile
import time
from typing import Any, TypedDict

from local_workspace.processes import guard

_SET_NAME = 15  # prctl(2)
LONGEST_REQUEST = 160 * 1024


class Request(TypedDict):
    """What a forked process is: its name in `ps`, the module that it runs, arguments, environment, folder."""

    name: str
    module: str
    arguments: list[str]
    environment: dict[str, str]
    folder: str


def main() -> None:
    """Import, then fork until the socket ends. Returns in each forked process, which then runs its module."""
    requests = socket.socket(fileno=int(sys.argv[1]))
    for name in sys.argv[2:]:
        with contextlib.suppress(ImportError):  # a runtime need not have them all
            importlib.import_module(name)
    gc.collect()
    gc.freeze()
    request = _Forks(requests).next_of_this_process()
    _run(request)


class _Forks:
    """The processes that were forked and have not ended: process id → where their exit code is written."""

    def __init__(self, requests: socket.socket) -> None:
        self._requests = requests
        self._statuses: dict[int, int] = {}
        self._woken, waking = os.pipe()
        os.set_blocking(waking, False)
        os.set_blocking(self._woken, False)
        signal.signal(signal.SIGCHLD, lambda _number, _frame: None)
        signal.set_wakeup_fd(waking, warn_on_full_buffer=False)

    def next_of_this_process(self) -> Request:
        """Fork for each request; in a forked process, return its request."""
        while True:
            ready, _, _ = select.select([self._requests.fileno(), self._woken], [], [])
            self._reap()
            if self._requests.fileno() in ready and (request := self._fork()):
                return request

    def _reap(self) -> None:
        with contextlib.suppress(BlockingIOError):
            os.read(self._woken, 4096)
        while self._statuses:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if not pid:
                return
            written = self._statuses.pop(pid)
            with contextlib.suppress(BrokenPipeError):
                os.write(written, b"%d\n" % os.waitstatus_to_exitcode(status))
            os.close(written)

    def _fork(self) -> Request | None:
        message, files, _, _ = socket.recv_fds(self._requests, LONGEST_REQUEST, 3)
        if not message:
            sys.exit(0)
        pid = os.fork()
        if not pid:
            self._requests.detach()  # its file is closed, and its number may become another's
            request: Request = json.loads(message)
            _become(request, *files)
            return request
        line, output, status = files
        os.close(line)
        os.close(output)
        os.write(status, b"%d\n" % pid)
        self._statuses[pid] = status
        return None


def _become(request: Request, line: int, output: int, _status: int) -> None:
    """Return in a process of the request's own; its guard is what was forked."""
    os.setsid()
    ctypes.CDLL(None).prctl(_SET_NAME, request["name"].encode(), 0, 0, 0)
    signal.set_wakeup_fd(-1)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    for place, file in ((0, line), (1, output), (2, output)):
        os.dup2(file, place)
    os.closerange(3, os.sysconf("SC_OPEN_MAX"))
    guard.stand_over_child()
    os.chdir(request["folder"])
    os.environ.clear()
    os.environ.update(request["environment"])


def _run(request: Request) -> None:
    """What `python -m` does, in a process that has lived before."""
    _forget()
    sys.argv = [request["module"], *request["arguments"]]
    runpy.run_module(request["module"], run_name="__main__", alter_sys=True)


def _forget() -> None:
    """What the imports have settled, and each process settles for itself."""
    tempfile.tempdir = None
    time.tzset()
    numpy: Any = sys.modules.get("numpy")
    if numpy is not None:
        numpy.random.seed()  # else every process has the same random numbers


if __name__ == "__main__":
    main()
