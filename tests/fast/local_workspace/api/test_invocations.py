"""Scoring requests, with the scoring servers' faults made to order."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from socketserver import ThreadingMixIn, UnixStreamServer
from tempfile import TemporaryDirectory
from threading import Thread

import httpx
import pytest
from starlette.testclient import TestClient

from local_workspace.api.refusals import application
from local_workspace.api.serving.invocations import invocation_routes
from local_workspace.errors import TemporarilyUnavailable
from local_workspace.serving.scorer_client import ScorerClient
from local_workspace.serving.usage import EndpointUsage
from tests.fast.local_workspace.manual_clock import ManualClock

PATH = "/serving-endpoints/e/invocations"
GONE = Path("/nowhere/socket")


class Handler(BaseHTTPRequestHandler):
    """Answers with the number of bytes that came."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        size = int(self.headers["content-length"])
        answer = b'{"predictions": [%d]}' % len(self.rfile.read(size))
        self.send_response(200)
        self.send_header("content-length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


class Server(ThreadingMixIn, UnixStreamServer):
    """A scoring server on a Unix socket."""

    daemon_threads = True


@dataclass
class Served:
    """A served version whose server answers, or is gone."""

    socket: Path
    is_stopped: bool = False
    scorer: ScorerClient = field(init=False)

    def __post_init__(self) -> None:
        self.scorer = ScorerClient(self.socket)


@pytest.fixture(scope="module")
def scoring() -> Iterator[Path]:
    """The socket of a scoring server."""
    # Not pytest's folder, since the path of a socket may have 107 bytes only.
    with TemporaryDirectory() as folder:
        socket = Path(folder) / "scorer"
        with Server(str(socket), Handler) as server:
            Thread(target=server.serve_forever, daemon=True).start()
            yield socket
            server.shutdown()


class Choices:
    """What an endpoint chooses for one request after the other."""

    def __init__(self, *models: Served) -> None:
        self._models = list(models)
        self.usage = EndpointUsage(ManualClock())

    def admit(self, _name: str, _caller: str) -> str:
        """There is no limit."""
        return "id"

    def choose(self, _name: str, _served: str | None) -> tuple[str, Served]:
        if not self._models:
            raise TemporarilyUnavailable("nothing is served")
        return "m", self._models.pop(0)


def asked(*models: Served, body: bytes = b"{}") -> httpx.Response:
    served = application([*invocation_routes(Choices(*models), str)])  # type: ignore[arg-type]
    answer: httpx.Response = TestClient(served).post(PATH, content=body)
    return answer


def test_a_request_to_a_version_that_is_being_replaced_goes_to_the_new_one(scoring: Path) -> None:
    assert asked(Served(GONE, is_stopped=True), Served(scoring)).json() == {"predictions": [2]}


def test_a_request_to_a_server_that_died_is_not_repeated(scoring: Path) -> None:
    answer = asked(Served(GONE), Served(scoring))
    assert (answer.status_code, answer.json()["error_code"]) == (503, "TEMPORARILY_UNAVAILABLE")


def test_a_replaced_version_without_a_new_one_is_unavailable() -> None:
    assert asked(Served(GONE, is_stopped=True)).status_code == 503


@pytest.mark.parametrize("depth", [200, 100_000])
@pytest.mark.parametrize("key", [b"inputs", b"client_request_id"])
def test_a_deeply_nested_body_does_not_reach_the_scoring_server(
    depth: int, key: bytes, scoring: Path
) -> None:
    answer = asked(Served(scoring), body=b'{"' + key + b'": ' + b"[" * depth + b"]" * depth + b"}")
    assert (answer.status_code, answer.json()["error_code"]) == (400, "MALFORMED_REQUEST")


@pytest.mark.parametrize("body", [b"[" * 200, b'{"inputs": [' + b"[1]," * 200 + b"[1]]}", b"[,{,[" * 100])
def test_every_other_body_is_the_scoring_servers_to_judge(body: bytes, scoring: Path) -> None:
    assert asked(Served(scoring), body=body).json() == {"predictions": [len(body)]}


def test_a_content_type_may_have_any_byte(scoring: Path) -> None:
    served = application([*invocation_routes(Choices(Served(scoring)), str)])  # type: ignore[arg-type]
    headers = {b"content-type": b"text/\xff"}
    assert TestClient(served).post(PATH, content=b"x", headers=headers).is_success


def test_a_body_over_the_limit_is_refused_with_the_limit(scoring: Path) -> None:
    answer = asked(Served(scoring), body=b"x" * (16 * 1024 * 1024 + 1))
    assert (answer.status_code, answer.json()) == (
        400,
        {"error_code": "BAD_REQUEST", "message": "Request size cannot exceed 16777216 bytes."},
    )
