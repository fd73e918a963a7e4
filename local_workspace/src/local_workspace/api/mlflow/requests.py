"""A request to MLflow as Databricks' clients send it, made one that MLflow's own server reads.

What differs (each was met with a real client): the fields of a DELETE are in its query, JSON comes under any
content type or none, artifacts have other URIs, `max_results` is 0 or missing where MLflow has no default,
and older calls have no route: `experiments/list` and `registered-models/list`.
"""

import contextlib
import json
import re
from dataclasses import dataclass, replace
from typing import Any
from urllib.parse import parse_qsl, urlencode

from starlette.requests import Request
from starlette.types import Message, Receive, Scope

from local_workspace.api.bodies import DEFAULT_LIMIT, json_object
from local_workspace.mlflow.uris import filter_to_stock, owner_of, to_stock, with_uris

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

_WITH_URIS = {"experiments/create", "model-versions/create"}

_NONE = (None, 0, "0")

Fields = dict[str, Any]


@dataclass(frozen=True)
class MlflowRequest:
    """One request; `call` is what follows `/mlflow/` in its path, `fields` the JSON object in its body."""

    scope: Scope
    method: str
    call: str
    query: list[tuple[str, str]]
    body: bytes
    fields: Fields

    def translated(self) -> "MlflowRequest":
        """As MLflow's server reads it."""
        placed = self._renamed()._with_fields_in_place()._with_most_results()
        return placed._with_stock_uris()._with_stock_filter()

    def _renamed(self) -> "MlflowRequest":
        if self.method != "GET" or self.call not in _RENAMED:
            return self
        method, call = _RENAMED[self.call]
        path = self.scope["path"].replace(self.call, call)
        scope = dict(self.scope) | {"path": path, "raw_path": path.encode(), "method": method}
        return replace(self, scope=scope, method=method, call=call)

    def _with_fields_in_place(self) -> "MlflowRequest":
        """Those of a GET where they are, those of any other in its body."""
        if self.method == "GET" or not self.query:
            return self
        return replace(self, query=[])._with(dict(self.query) | self.fields)

    def _with_most_results(self) -> "MlflowRequest":
        """Without a `max_results` of 0, and with Databricks' own where MLflow has no default."""
        most = _MOST_RESULTS.get(self.call)
        if self.method == "GET" and not self.fields:
            query = [each for each in self.query if each != ("max_results", "0")]
            if most and "max_results" not in dict(query):
                query.append(("max_results", str(most)))
            return replace(self, query=query)
        if self.fields.get("max_results") not in _NONE:
            return self
        others = {key: value for key, value in self.fields.items() if key != "max_results"}
        if most:
            others["max_results"] = most
        return self if others == self.fields else self._with(others)

    def _with_stock_uris(self) -> "MlflowRequest":
        """With the artifact URIs that MLflow's server knows, for those that Databricks has given."""
        if self.call not in _WITH_URIS or b"dbfs:/" not in self.body:
            return self
        fields = with_uris(self.fields, to_stock)
        if self.call == "model-versions/create" and not (fields.get("run_id") or fields.get("model_id")):
            # MLflow's server takes such a source with its run or model only, Databricks takes it alone.
            fields |= owner_of(str(fields.get("source")))
        return self._with(fields)

    def _with_stock_filter(self) -> "MlflowRequest":
        """With the same for those that a search compares with."""
        if self.method == "GET":
            query = [(key, filter_to_stock(value) if key == "filter" else value) for key, value in self.query]
            return replace(self, query=query)
        condition = self.fields.get("filter")
        if not isinstance(condition, str) or "dbfs:/" not in condition:
            return self
        return self._with(self.fields | {"filter": filter_to_stock(condition)})

    def _with(self, fields: Fields) -> "MlflowRequest":
        return replace(self, fields=fields, body=json.dumps(fields).encode())

    def asgi(self, receive: Receive) -> tuple[Scope, Receive]:
        """The request for an application: its body is there at once, and said to be JSON."""
        said = {
            b"content-type": b"application/json",
            b"content-length": str(len(self.body)).encode(),
        }
        replaced = {b"transfer-encoding", *said}
        headers = [(name, value) for name, value in self.scope["headers"] if name not in replaced]
        changed = {"headers": [*headers, *said.items()], "query_string": urlencode(self.query).encode()}
        return dict(self.scope) | changed, _replay(self.body, receive)


async def read(scope: Scope, receive: Receive) -> MlflowRequest | None:
    """The request, with its whole body; None if it is none of MLflow's calls.

    Raises `MalformedRequest` for a body that is no JSON object.
    """
    found = _CALL.fullmatch(scope["path"])
    if found is None:
        return None
    body = await Request(scope, DEFAULT_LIMIT.receive(receive)).body()
    query = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
    return MlflowRequest(scope, scope["method"], found["call"], query, body, _fields(body))


def _fields(body: bytes) -> Fields:
    """The fields of a body. NaN is taken here, as MLflow's clients send it in metrics."""
    with contextlib.suppress(ValueError, RecursionError):
        found = json.loads(body) if body.strip() else {}
        if isinstance(found, dict):
            return found
    return json_object(body)


def _replay(body: bytes, receive: Receive) -> Receive:
    sent = False

    async def replaying() -> Message:
        nonlocal sent
        if sent:
            return await receive()
        sent = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replaying
