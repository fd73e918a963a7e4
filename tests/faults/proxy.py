"""A proxy before a workspace that plays faults: the n-th request to a route fails, is lost, or waits.

It listens on 127.0.0.1 and sends everything on as it came, token included, so that only who may ask the
workspace gets an answer. What it holds in memory is bounded.
"""

from __future__ import annotations

import json
import re
import socket
import struct
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple
from urllib.parse import urlsplit

LONGEST_BODY = 64 << 20
SECONDS_TO_ANSWER = 120

# Of one connection, not of what it carries (RFC 9110, 7.6.1).
_OF_THE_HOP = frozenset(
    {"connection", "keep-alive", "transfer-encoding", "upgrade", "content-length", "date"}
)


class Request(NamedTuple):
    """A request as it came. `path` has no query."""

    method: str
    path: str
    body: bytes

    @property
    def route(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def json(self) -> Any:
        return json.loads(self.body) if self.body else None


class Answer(NamedTuple):
    """What the client gets."""

    status: int
    body: bytes
    headers: Mapping[str, str]


class Reset(Exception):
    """The connection ends with a reset, and the client gets no answer."""


SendOn = Callable[[], Answer]
Fault = Callable[[SendOn], Answer]
"""What is done with a request: it may be sent on or not, before or after anything else. Raises Reset."""


def answers(status: int, body: Any = None, **headers: str) -> Fault:
    """The workspace never sees the request; this is answered: `answers(503, retry_after="1")`."""
    content = json.dumps(
        body or {"error_code": "INTERNAL_ERROR", "message": "a fault that is played"}
    ).encode()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda _: Answer(status, content, {"content-type": "application/json", **named})


def is_missing() -> Fault:
    """What is asked for is said not to be there."""
    return answers(
        404, {"error_code": "RESOURCE_DOES_NOT_EXIST", "message": "not there: a fault that is played"}
    )


def is_empty() -> Fault:
    """An empty object, which is an empty list in most of Databricks' APIs."""
    return lambda _: Answer(200, b"{}", {"content-type": "application/json"})


def is_reset() -> Fault:
    """The request is lost: the workspace never sees it."""

    def reset(_: SendOn) -> Answer:
        raise Reset

    return reset


def loses_its_answer() -> Fault:
    """The workspace does what is asked, and the client never hears of it."""

    def lose(send_on: SendOn) -> Answer:
        send_on()
        raise Reset

    return lose


@dataclass
class Held:
    """A request that waits until it is released; only then does the workspace see it."""

    arrived: threading.Event = field(default_factory=threading.Event)
    _released: threading.Event = field(default_factory=threading.Event)
    _done: threading.Event = field(default_factory=threading.Event)

    def __call__(self, send_on: SendOn) -> Answer:
        self.arrived.set()
        self._released.wait(SECONDS_TO_ANSWER)
        try:
            return send_on()
        finally:
            self._done.set()

    def release(self) -> None:
        """Send it on; returns when the workspace has answered."""
        self._released.set()
        self._done.wait(SECONDS_TO_ANSWER)


@dataclass
class _Rule:
    route: re.Pattern[str]
    fault: Fault
    skipped: int
    times: int


class FaultProxy(ThreadingHTTPServer):
    """The proxy. `requests` are all that came, oldest first."""

    daemon_threads = True

    def __init__(self, origin: str) -> None:
        address = urlsplit(origin)
        assert address.hostname == "127.0.0.1", origin
        self.upstream = (address.hostname, int(address.port or 80))
        self.requests: list[Request] = []
        self._rules: list[_Rule] = []
        self._lock = threading.Lock()
        super().__init__(("127.0.0.1", 0), _Handler)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def plays(self, route: str, fault: Fault, *, after: int = 0, times: int = 1) -> None:
        """Play a fault `times` times to requests whose `METHOD /path` matches the regular expression `route`,
        once `after` of them have passed. Of several rules the oldest that is not used up counts."""
        with self._lock:
            self._rules.append(_Rule(re.compile(route), fault, after, times))

    def forgets(self) -> None:
        """Play no fault any more, and forget what was asked."""
        with self._lock:
            self._rules.clear()
            self.requests.clear()

    def asked(self, route: str) -> list[Request]:
        """The requests that match, oldest first."""
        return [request for request in self.requests if re.fullmatch(route, request.route)]

    def fault_for(self, request: Request) -> Fault | None:
        """What to do with a request that has just come."""
        with self._lock:
            self.requests.append(request)
            for rule in self._rules:
                if not rule.route.fullmatch(request.route) or rule.times == 0:
                    continue
                if rule.skipped:
                    rule.skipped -= 1
                    continue
                rule.times -= 1
                return rule.fault
        return None


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: FaultProxy

    def do_GET(self) -> None:
        size = int(self.headers.get("Content-Length") or 0)
        if size > LONGEST_BODY or "Transfer-Encoding" in self.headers:
            self.send_error(413 if size > LONGEST_BODY else 411)
            return
        request = Request(self.command, urlsplit(self.path).path, self.rfile.read(size))
        fault = self.server.fault_for(request)

        def send_on() -> Answer:
            return self._sent_on(request)

        try:
            self._answer(fault(send_on) if fault else send_on())
        except Reset:
            self._reset()

    do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_GET  # noqa: N815 - the base class's names

    def _sent_on(self, request: Request) -> Answer:
        connection = HTTPConnection(*self.server.upstream, timeout=SECONDS_TO_ANSWER)
        kept = {name: value for name, value in self.headers.items() if name.lower() not in _OF_THE_HOP}
        try:
            connection.request(request.method, self.path, request.body or None, kept)
            response = connection.getresponse()
            headers = {
                name: value for name, value in response.getheaders() if name.lower() not in _OF_THE_HOP
            }
            return Answer(response.status, response.read(LONGEST_BODY), headers)
        except OSError as error:
            raise Reset from error
        finally:
            connection.close()

    def _answer(self, answer: Answer) -> None:
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body)

    def _reset(self) -> None:
        # To linger for no time sends RST in place of FIN.
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.close_connection = True
        self.rfile.close()  # it shares the socket, which is closed with the last that does
        self.connection.close()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Quiet."""


@contextmanager
def fault_proxy(origin: str) -> Iterator[FaultProxy]:
    """A proxy before the workspace at `origin`, while the block runs."""
    with FaultProxy(origin) as proxy:
        thread = threading.Thread(target=proxy.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        try:
            yield proxy
        finally:
            proxy.shutdown()
            thread.join()
