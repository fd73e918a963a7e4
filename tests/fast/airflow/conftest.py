"""An Airflow home of the tests' own, and a server that records what is asked of Databricks' APIs."""

import json
import os
import sys
import tempfile
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

import pytest

PROJECT = Path(__file__).parents[3]

# Airflow reads these when it is imported, and makes its home in the user's folder else.
if "airflow" not in sys.modules:
    os.environ["AIRFLOW_HOME"] = tempfile.mkdtemp(prefix="airflow-home-")
    os.environ["AIRFLOW__CORE__DAGS_FOLDER"] = str(PROJECT / "dags")
    os.environ["AIRFLOW__CORE__PLUGINS_FOLDER"] = str(PROJECT / "plugins")
    os.environ["AIRFLOW__CORE__LOAD_EXAMPLES"] = "False"


class Call(NamedTuple):
    """One request that a client made."""

    method: str
    path: str
    query: dict[str, list[str]]
    body: Any
    headers: dict[str, str]


class Reply(NamedTuple):
    """What is answered: a status and a JSON object."""

    status: int
    body: dict[str, Any]


class Recorder(ThreadingHTTPServer):
    """Records requests, and answers each `METHOD path` with the replies it was given, the last one for ever.

    What goes over the wire can be compared whole with it, and an answer can be one that a workspace gives
    only on a bad day; how a workspace behaves is tested against the local workspace.
    """

    daemon_threads = True

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self._replies: dict[str, list[Reply]] = {}
        super().__init__(("127.0.0.1", 0), _Handler)

    def answers(self, request: str, *replies: dict[str, Any] | Reply) -> None:
        self._replies[request] = [each if isinstance(each, Reply) else Reply(200, each) for each in replies]

    def reply_to(self, call: Call) -> Reply:
        replies = self._replies.get(f"{call.method} {call.path}")
        if replies is None:
            missing = {"error_code": "RESOURCE_DOES_NOT_EXIST", "message": f"nothing at {call.path}"}
            return Reply(404, missing)
        return replies.pop(0) if len(replies) > 1 else replies[0]

    def bodies(self, request: str) -> list[Any]:
        return [call.body for call in self.calls if f"{call.method} {call.path}" == request]


def _parsed(content: bytes) -> Any:
    try:
        return json.loads(content) if content else None
    except ValueError:
        return content


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        assert isinstance(self.server, Recorder)
        parts = urlsplit(self.path)
        text = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        call = Call(
            self.command,
            parts.path,
            parse_qs(parts.query),
            _parsed(text),
            dict(self.headers.items()),
        )
        self.server.calls.append(call)
        reply = self.server.reply_to(call)
        content = json.dumps(reply.body).encode()
        self.send_response(reply.status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_GET  # noqa: N815 - the base class's names

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Quiet."""


INSTALLATION = "here"


@pytest.fixture
def databricks(monkeypatch: pytest.MonkeyPatch) -> Iterator[Recorder]:
    """A recorder that the connection `databricks_default` leads to, in an Airflow that knows its own id."""
    with Recorder() as recorder:
        connection = {
            "conn_type": "databricks",
            "host": "127.0.0.1",
            "port": recorder.server_port,
            "schema": "http",
            "password": "token-of-the-connection",
        }
        monkeypatch.setenv("AIRFLOW_CONN_DATABRICKS_DEFAULT", json.dumps(connection))
        monkeypatch.setenv("AIRFLOW_VAR_ROOKERY_INSTALLATION", INSTALLATION)
        thread = threading.Thread(target=recorder.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield recorder
        recorder.shutdown()
        thread.join()


class TaskInstance:
    """What operators use of a running task instance."""

    def __init__(self, task_id: str, try_number: int = 1, max_tries: int = 0, map_index: int = -1) -> None:
        self.dag_id = "penguins"
        self.run_id = "manual__1"
        self.task_id = task_id
        self.try_number = try_number
        self.max_tries = max_tries
        self.map_index = map_index
        self.pushed: dict[str, Any] = {}

    def xcom_push(self, key: str, value: Any) -> None:
        # As Airflow does: what is not JSON cannot be pushed.
        self.pushed[key] = json.loads(json.dumps(value))


class DagRun(NamedTuple):
    """What operators use of a DAG run."""

    dag_id: str = "penguins"
    run_id: str = "manual__1"
    conf: dict[str, Any] | None = None
    run_type: str = "manual"
    data_interval_end: datetime | None = None
    run_after: datetime = datetime(2026, 1, 5, tzinfo=UTC)
    clear_number: int | None = 0


def context_of(instance: TaskInstance, **conf: Any) -> Any:
    """A task's context."""
    return {"ti": instance, "dag_run": DagRun(conf=conf)}
