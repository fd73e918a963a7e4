"""Which of two dialects a client of MLflow speaks, and answers in Databricks' one.

With the tracking URI `databricks`, a client finds artifacts by `dbfs:/databricks/…` and needs Databricks'
credentials for them. With an http URI it finds them by `mlflow-artifacts:/…` and needs nothing else. Since
MLflow 2.21 the two send different `User-Agent` headers. Before, they send the same, and are answered as
Databricks does: an http URI then needs `DATABRICKS_HOST` and `DATABRICKS_TOKEN` too, for artifacts.
"""

import json
import re
from typing import Any

from starlette.datastructures import Headers
from starlette.types import Message, Scope, Send

from local_workspace.mlflow.uris import to_databricks, with_uris

# MLflow by http. With `databricks` it calls by the SDK, which adds its own name.
_MLFLOW = re.compile(r"mlflow-python-client/(?P<major>\d+)\.(?P<minor>\d+)")
_FIRST_BY_SDK = (2, 21)


def speaks_databricks(scope: Scope) -> bool:
    """Whether a request to MLflow's API is answered as Databricks does; never one of its own web page."""
    if not scope["path"].startswith("/api/"):
        return False
    found = _MLFLOW.search(_agent(scope))
    if found is None or "databricks-sdk" in _agent(scope):
        return True
    return (int(found["major"]), int(found["minor"])) < _FIRST_BY_SDK


def is_mlflow(scope: Scope) -> bool:
    """Whether MLflow's own client asks, or its web page."""
    return not scope["path"].startswith("/api/") or bool(_MLFLOW.search(_agent(scope)))


def _agent(scope: Scope) -> str:
    return Headers(scope=scope).get("user-agent", "")


def answering_in_databricks(send: Send) -> Send:
    """The answer's artifact URIs become those of Databricks; the answer is held until it is whole."""
    start: dict[str, Any] = {}
    pieces: list[bytes] = []

    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            start.update(message)
            return
        pieces.append(message.get("body", b""))
        if message.get("more_body"):
            return
        body = _translated(b"".join(pieces))
        others = [(name, value) for name, value in start["headers"] if name.lower() != b"content-length"]
        length = (b"content-length", str(len(body)).encode())
        await send(start | {"headers": [*others, length]})
        await send({"type": "http.response.body", "body": body})

    return sending


def _translated(body: bytes) -> bytes:
    if b"mlflow-artifacts:/" not in body:
        return body
    try:
        return json.dumps(with_uris(json.loads(body), to_databricks)).encode()
    except ValueError:  # no JSON
        return body
