"""A request to MLflow as Databricks' clients send it, made one that MLflow's own server reads.

What differs (each was met with a real client): the fields of a DELETE are in its query, JSON comes under any
content type or none, `max_results` is 0 or missing where MLflow has no default, and older calls have no
route: `experiments/list` and `registered-models/list`.
"""

import json
import re
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qsl, urlencode

from starlette.requests import Request
from starlette.types import Message, Receive, Scope

from local_workspace.api.bodies import DEFAULT_LIMIT

# The calls that take fields; artifacts' bytes go elsewhere, but for one of MLflow's web page.
_CALL = re.compile(r"/(?:ajax-)?api/[\d.]+/mlflow/(?!upload-artifact)(?P<call>.+?)/?")
# Where MLflow's server refuses a request without `max_results`: Databricks' own largest page
# (https://docs.databricks.com/api/azure/workspace/experiments/searchexperiments).
_MOST_RESULTS = {"experiments/search": 1000, "registered-models/search": 1000}
# Call of before: method and call of now, with the same fields and the same answer.
_RENAMED = {
    "experiments/list": ("POST", "experiments/search"),
    "registered-models/list": ("GET", "registered-models/search"),
}

_NONE = (None, 0, "0")

Fields = dict[str, Any]


@dataclass(frozen=True)
class MlflowRequest:
    """One request; `call` is what follows `/mlflow/` in its path."""

    scope: Scope
    method: str
    call: str
    query: list[tuple[str, str]]
    body: bytes

    @property
    def fields(self) -> Fields | None:
        """The JSON object in the body, {} for an empty one; None for what is no object."""
        try:
            found = json.loads(self.body) if self.body.strip() else {}
        except (ValueError, RecursionError):
            return None
        return found if isinstance(found, dict) else None

    def translated(self) -> "MlflowRequest":
        """As MLflow's server reads it; what cannot be read is left as it is, for MLflow to refuse."""
        return self._renamed()._with_fields_in_place()._with_most_results()

    def _renamed(self) -> "MlflowRequest":
        if self.method != "GET" or self.call not in _RENAMED:
            return self
        method, call = _RENAMED[self.call]
        path = self.scope["path"].replace(self.call, call)
        scope = dict(self.scope) | {"path": path, "raw_path": path.encode(), "method": method}
        return replace(self, scope=scope, method=method, call=call)

    def _with_fields_in_place(self) -> "MlflowRequest":
        """Those of a GET in its query, those of any other in its body."""
        fields = self.fields
        if fields is None or self.method == "GET" or not self.query:
            return self
        return replace(self, query=[], body=json.dumps(dict(self.query) | fields).encode())

    def _with_most_results(self) -> "MlflowRequest":
        """Without a `max_results` of 0, and with Databricks' own where MLflow has no default."""
        fields = self.fields
        if not self.call.endswith("/search") or fields is None:
            return self
        most = {"max_results": _MOST_RESULTS[self.call]} if self.call in _MOST_RESULTS else {}
        if self.method == "GET" and not fields:
            query = [each for each in self.query if each != ("max_results", "0")]
            missing = {} if "max_results" in dict(query) else most
            return replace(self, query=[*query, *((key, str(value)) for key, value in missing.items())])
        if fields.get("max_results") in _NONE:
            others = {key: value for key, value in fields.items() if key != "max_results"}
            return replace(self, body=json.dumps(others | most).encode())
        return self

    def asgi(self, receive: Receive) -> tuple[Scope, Receive]:
        """The request for an application, with its body there at once; JSON is said to be JSON."""
        said = {b"content-length": str(len(self.body)).encode()}
        if self.fields is not None:
            said[b"content-type"] = b"application/json"
        replaced = {b"transfer-encoding", *said}
        headers = [(name, value) for name, value in self.scope["headers"] if name not in replaced]
        changed = {"headers": [*headers, *said.items()], "query_string": urlencode(self.query).encode()}
        return dict(self.scope) | changed, _replay(self.body, receive)


async def read(scope: Scope, receive: Receive) -> MlflowRequest | None:
    """The request, with its whole body; None if it is none of MLflow's calls, or carries bytes."""
    found = _CALL.fullmatch(scope["path"])
    if found is None:
        return None
    body = await Request(scope, DEFAULT_LIMIT.receive(receive)).body()
    query = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
    return MlflowRequest(scope, scope["method"], found["call"], query, body)


def _replay(body: bytes, receive: Receive) -> Receive:
    sent = False

    async def replaying() -> Message:
        nonlocal sent
        if sent:
            return await receive()
        sent = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replaying
