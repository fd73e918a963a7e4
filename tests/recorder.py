"""A server that records what is asked of Databricks' APIs, and answers what a test has taught it."""

import json
from base64 import b64decode, b64encode
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

_DBFS = "/api/2.0/dbfs/"


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
    Files on DBFS it keeps by itself, in `files`.

    What goes over the wire can be compared whole with it, and an answer can be one that a workspace gives
    only on a bad day; how a workspace behaves is tested against the local workspace.
    """

    daemon_threads = True

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.files: dict[str, bytes] = {}
        self._replies: dict[str, list[Reply]] = {}
        super().__init__(("127.0.0.1", 0), _Handler)

    def answers(self, request: str, *replies: dict[str, Any] | Reply) -> None:
        self._replies[request] = [each if isinstance(each, Reply) else Reply(200, each) for each in replies]

    def reply_to(self, call: Call) -> Reply:
        replies = self._replies.get(f"{call.method} {call.path}")
        if replies is None and call.path.startswith(_DBFS):
            return self._file(call.path.removeprefix(_DBFS), call)
        if replies is None:
            missing = {"error_code": "RESOURCE_DOES_NOT_EXIST", "message": f"nothing at {call.path}"}
            return Reply(404, missing)
        return replies.pop(0) if len(replies) > 1 else replies[0]

    def _file(self, method: str, call: Call) -> Reply:
        asked = call.body or {name: values[0] for name, values in call.query.items()}
        path = str(asked.get("path", asked.get("handle"))).removeprefix("dbfs:")
        if method in ("put", "create"):
            self.files[path] = b64decode(asked.get("contents", ""))
            return Reply(200, {"handle": path})
        if method == "add-block":
            self.files[path] += b64decode(asked["data"])
        elif any(each.startswith(f"{path}/") for each in self.files):
            return Reply(200, {"path": path, "is_dir": True})
        elif path not in self.files:
            return Reply(404, {"error_code": "RESOURCE_DOES_NOT_EXIST", "message": f"no file {path}"})
        content = self.files[path]
        if method == "read":
            content = content[int(asked["offset"]) :][: int(asked["length"])]
            return Reply(200, {"bytes_read": len(content), "data": b64encode(content).decode()})
        return Reply(200, {"path": path, "file_size": len(content), "is_dir": False})

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
