"""`serve`: from a root folder to a workspace that answers, and to its end."""

import logging
import logging.handlers
import os
import secrets
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import FrameType

import httpx
import psutil
import uvicorn
from starlette.types import ASGIApp

from local_workspace.application import LocalWorkspace
from local_workspace.clock import SystemClock
from local_workspace.root_lock import RootLock
from local_workspace.settings import Settings

SECONDS_TO_ANSWER = 60.0
SECONDS_TO_END = 5.0
FAILED, INTERRUPTED = 1, 130


class StartError(Exception):
    """The server did not come to answer."""


def serve(settings: Settings, listener: socket.socket, lock: RootLock, ready: Callable[[], None]) -> int:
    """Serve until SIGTERM or SIGINT; the exit status. Calls `ready` once it has answered itself."""
    os.umask(0o077)  # what the workspace writes is its owner's alone, runs and served models included
    _log_to(settings.root / "server.log")
    write_token(settings)
    signals = _Signals()
    workspace = LocalWorkspace(settings, SystemClock())
    web = _WebServer(workspace.asgi, listener)
    try:
        workspace.start()
        web.start()
        if await_answer(settings, web, signals.asked):
            lock.announce(settings.origin)
            ready()
        while web.is_alive() and not signals.asked.wait(0.5):
            pass
    finally:
        _end(settings, workspace, web)
    return signals.status if signals.asked.is_set() else FAILED


def _end(settings: Settings, workspace: LocalWorkspace, web: "_WebServer") -> None:
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


class _WebServer(threading.Thread):
    """uvicorn in a thread of its own, as in the main thread it would take the signals."""

    def __init__(self, app: ASGIApp, listener: socket.socket) -> None:
        super().__init__(name="server", daemon=True)
        # h11: httptools drops the body of a POST with `Upgrade: h2c`, which Java's HTTP client sends.
        config = uvicorn.Config(
            app, http="h11", ws="none", lifespan="off", log_config=None, timeout_graceful_shutdown=2
        )
        self._server = uvicorn.Server(config)
        self._listener = listener

    def run(self) -> None:
        """Answer requests until `stop_accepting`."""
        self._server.run([self._listener])

    def stop_accepting(self) -> None:
        """Finish the requests that are being answered, take no other."""
        self._server.should_exit = True

    def join_if_started(self) -> None:
        """Wait for the last answer, for a few seconds."""
        if self.is_alive():
            self.join(SECONDS_TO_END)


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


def await_answer(settings: Settings, web: threading.Thread, given_up: threading.Event) -> bool:
    """Whether this very server has answered on its port with its token; False as soon as `given_up` is set.

    StartError if it does not answer in time, or has ended.
    """
    deadline = time.monotonic() + SECONDS_TO_ANSWER
    while time.monotonic() < deadline and web.is_alive():
        if given_up.is_set():
            return False
        if who_answers(settings.origin, settings.token) == settings.user_name:
            return not given_up.is_set()
        time.sleep(0.02)
    raise StartError(
        f"no answer on {settings.origin} after {SECONDS_TO_ANSWER:.0f} s: see {settings.root}/server.log"
    )


def who_answers(origin: str, token: str) -> str | None:
    """The user name that the workspace at `origin` gives to `token`; None when there is no such answer."""
    headers = {"authorization": f"Bearer {token}"}
    try:
        # No proxy of the environment stands between this machine and itself.
        with httpx.Client(trust_env=False, timeout=5.0) as client:
            answer = client.get(f"{origin}/api/2.0/preview/scim/v2/Me", headers=headers)
            return str(answer.raise_for_status().json()["userName"])
    except (httpx.HTTPError, ValueError, KeyError):
        return None


def chosen_token(root: Path, given: str | None) -> str:
    """The token that was given, that of the last start, or a new one."""
    file = root / "token"
    if given:
        return given
    if file.exists():
        return file.read_text().strip()
    return "dapi" + secrets.token_hex(16)


def write_token(settings: Settings) -> None:
    """Keep the token for the next start, readable by its owner alone from the first byte on."""
    settings.token_file.unlink(missing_ok=True)
    with open(os.open(settings.token_file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:  # noqa: PTH123
        file.write(settings.token + "\n")


def say(text: str) -> None:
    """A line for the person at the terminal; machines read stdout."""
    print(f"local-workspace: {text}", file=sys.stderr, flush=True)


def _log_to(file: Path) -> None:
    """Everything that is logged goes to one file: requests without their headers, MLflow, warnings."""
    handler = logging.handlers.RotatingFileHandler(file, maxBytes=10_000_000, backupCount=2)
    logging.basicConfig(
        level=logging.INFO, handlers=[handler], format="%(asctime)s %(levelname)s %(name)s: %(message)s"
    )
    logging.getLogger("httpx").setLevel(logging.WARNING)
    logging.captureWarnings(True)
