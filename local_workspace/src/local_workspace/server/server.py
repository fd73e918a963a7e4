"""`serve`: from a root folder to a workspace that answers, and to its end."""

import gc
import logging
import logging.handlers
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from types import FrameType

import psutil

from local_workspace.application import LocalWorkspace
from local_workspace.clock import SystemClock
from local_workspace.processes.processes import mount_problem
from local_workspace.server.kind import write_kind
from local_workspace.server.root_lock import RootLock
from local_workspace.server.token import write_token
from local_workspace.server.web import WebServer, await_answer
from local_workspace.settings import Settings
from local_workspace.signed_urls import without_proof

FAILED, INTERRUPTED = 1, 130
# Python looks for garbage after every 700 new objects. Importing MLflow makes a million, and no garbage: to
# look less often saves a sixth of the start. (`mlflow.server` sets what holds afterwards.)
OBJECTS_WHILE_IMPORTING = 10_000

# A request waits for Python's lock several times, each time until the thread that computes gives it up: 5 ms
# by default, and a search of MLflow computes for 10 ms.
SECONDS_OF_A_THREAD = 0.0005


def serve(settings: Settings, listener: socket.socket, lock: RootLock, ready: Callable[[], None]) -> int:
    """Serve until SIGTERM or SIGINT; the exit status. Calls `ready` once it has answered itself."""
    gc.set_threshold(OBJECTS_WHILE_IMPORTING)
    sys.setswitchinterval(SECONDS_OF_A_THREAD)
    os.umask(0o077)  # what the workspace writes is its owner's alone, runs and served models included
    _log_to(settings.root / "server.log")
    write_token(settings)
    write_kind(settings)
    signals = _Signals()
    workspace = LocalWorkspace(settings, SystemClock())
    web = WebServer(workspace.asgi, listener)
    try:
        workspace.start()
        if problem := mount_problem(settings.local_mounts):
            say(f"{problem}. Spark and the APIs have them; plain Python in job runs does not")
        web.start()
        if await_answer(settings, web, signals.asked):
            lock.announce(settings.origin)
            ready()
        while web.is_alive() and not signals.asked.wait(0.5):
            pass
    finally:
        end(settings, workspace, web)
    return signals.status if signals.asked.is_set() else FAILED


def end(settings: Settings, workspace: LocalWorkspace, web: WebServer) -> None:
    """Whatever fails on the way, no process is left."""
    say(f"stopping {settings.origin}")
    web.stop_accepting()
    try:
        for ended in workspace.stop():
            say(f"ended {ended}")
        web.join_if_started()
    finally:
        kill_children()  # what did not end in time, or what a last request has started meanwhile
        workspace.close()


class _Signals:
    """SIGTERM and SIGINT ask for the end; a second SIGINT does not wait for it."""

    def __init__(self) -> None:
        self.asked = threading.Event()
        self.status = 0
        signal.signal(signal.SIGTERM, self._handle)
        signal.signal(signal.SIGINT, self._handle)

    def _handle(self, number: int, _: FrameType | None) -> None:
        if number == signal.SIGINT and self.asked.is_set():
            kill_children()
            os._exit(INTERRUPTED)
        self.status = INTERRUPTED if number == signal.SIGINT else 0
        self.asked.set()


def kill_children() -> None:
    """Kill every descendant of this process, at once."""
    for child in psutil.Process().children(recursive=True):
        try:
            child.kill()
        except psutil.NoSuchProcess:
            continue


def say(text: str) -> None:
    """A line for the person at the terminal; machines read stdout."""
    print(f"local-workspace: {text}", file=sys.stderr, flush=True)


def _log_to(file: Path) -> None:
    """All that is logged goes to one file: requests without headers and proofs, MLflow, warnings."""
    handler = logging.handlers.RotatingFileHandler(file, maxBytes=10_000_000, backupCount=2)
    handler.addFilter(hide_proofs)
    logging.basicConfig(
        level=logging.INFO, handlers=[handler], format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    logging.getLogger("httpx").setLevel(logging.WARNING)
    logging.captureWarnings(True)


def hide_proofs(record: logging.LogRecord) -> bool:
    """The path of a request may be a signed URL, by which everybody could use its file."""
    if isinstance(record.args, tuple):
        record.args = tuple(without_proof(arg) if isinstance(arg, str) else arg for arg in record.args)
    return True
