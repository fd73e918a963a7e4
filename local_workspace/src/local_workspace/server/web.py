"""The web server of the workspace, and whether it answers."""

import socket
import threading
import time

import httpx
import uvicorn
from starlette.types import ASGIApp

from local_workspace.settings import Settings

SECONDS_TO_ANSWER = 60.0
SECONDS_TO_END = 5.0


class StartError(Exception):
    """The server did not come to answer."""


class WebServer(threading.Thread):
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
