"""Databricks' own rules, in front of MLflow's server application.

Tracking, registry, artifacts and UI are MLflow's. In front of it: experiments have absolute workspace paths
in folders that exist, artifacts stay in this workspace, and the parts of the server that run code or call
other hosts (assistant, AI gateway, jobs, webhooks) are not offered.
"""

import re
from collections.abc import Callable
from collections.abc import Set as AbstractSet
from typing import Any
from urllib.parse import unquote, urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, QueryParams
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from local_workspace.api.bodies import json_object
from local_workspace.api.files.files import content_of
from local_workspace.api.mlflow.dialect import answering_in_databricks, is_mlflow, speaks_databricks
from local_workspace.api.mlflow.requests import MlflowRequest, read
from local_workspace.api.mlflow.volume_artifacts import VolumeArtifacts
from local_workspace.api.refusals import envelope, no_such_route
from local_workspace.errors import InvalidParameterValue, ResourceAlreadyExists
from local_workspace.files.workspace import WorkspaceFiles

OFFERED = re.compile(r"/(ajax-)?api/(2\.0|3\.0)/mlflow(-artifacts)?/")
WITHHELD = re.compile(
    r"/(ajax-)?api/[\d.]+/(jobs|mlflow/(assistant|gateway|gateway-proxy|webhooks|mcp-servers|prompt-optimization|workspaces"
    r"|runs/create-promptlab-run))(/|$)|/gateway/"
)
# Databricks' workspace registry has none. MLflow's client says so itself; with an http URI it has them here.
ALIAS = "registered-models/alias"
# Where artifacts may be said to be: on this server, by run, by model. Anything else would make the server ask
# other hosts, or read files of this machine.
SCHEMES = {"mlflow-artifacts", "runs", "models"}
# A version may also be of files that somebody has put on DBFS or into a volume.
SOURCE_SCHEMES = {*SCHEMES, "dbfs"}


class DatabricksRules:
    """Lets a request through to MLflow when Databricks would take it."""

    def __init__(self, app: ASGIApp, files: WorkspaceFiles, volumes: VolumeArtifacts) -> None:
        self._app = app
        self._volumes = volumes
        self._checks: dict[str, Callable[[dict[str, Any]], None]] = {
            "experiments/create": self._check_experiment,
            "experiments/update": self._check_rename,
            "model-versions/create": _check_source,
        }
        self._files = files

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Raise the refusal, or hand over; bytes of artifacts stream through."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        path = scope["path"]
        if WITHHELD.match(path) or (path.startswith("/api/") and not OFFERED.match(path)):
            raise no_such_route(scope)
        request = await read(scope, receive)
        if answer := await self._answered_here(scope, request):
            await answer(scope, receive, send)
            return
        if request is not None:
            request = request.translated()
            if request.call == ALIAS and not is_mlflow(scope):
                raise no_such_route(scope)
            check = self._checks.get(request.call)
            if check is not None and request.method == "POST":
                await run_in_threadpool(check, _fields(request.body))
            scope, receive = request.asgi(receive)
            send = answering_in_databricks(send) if speaks_databricks(scope) else send
        await self._app(scope, receive, _answering_unknown_routes(scope, send))

    async def _answered_here(self, scope: Scope, request: MlflowRequest | None) -> Response | None:
        """The answer to what MLflow's server could not answer; else None."""
        if scope["method"] == "GET" and scope["path"] == "/get-artifact":
            fields = dict(QueryParams(scope["query_string"]))
            place = await run_in_threadpool(self._volumes.file, fields)
            return await run_in_threadpool(content_of, place, Headers(scope=scope)) if place else None
        if request is None or request.method != "GET" or request.call != "artifacts/list":
            return None
        listed = await run_in_threadpool(self._volumes.listed, dict(request.query) | request.fields)
        return JSONResponse(listed) if listed else None

    def _check_experiment(self, fields: dict[str, Any]) -> None:
        if not self._is_of_notebook(fields):
            self._check_name(fields.get("name"))
        location = fields.get("artifact_location")
        if location:
            in_volume = isinstance(location, str) and location.startswith("dbfs:/Volumes/")
            _check_scheme("artifact_location", location, SOURCE_SCHEMES if in_volume else SCHEMES)

    def _is_of_notebook(self, fields: dict[str, Any]) -> bool:
        """Whether a notebook's process asks for the notebook's own experiment, which has its path."""
        name, tags = fields.get("name"), fields.get("tags")
        said = {"key": "mlflow.experimentType", "value": "NOTEBOOK"}
        return (
            isinstance(name, str)
            and isinstance(tags, list)
            and said in tags
            and self._files.is_notebook(name)
        )

    def _check_rename(self, fields: dict[str, Any]) -> None:
        if fields.get("new_name"):
            self._check_name(fields["new_name"])

    def _check_name(self, name: object) -> None:
        if not isinstance(name, str) or not name.startswith("/"):
            raise InvalidParameterValue(
                f"Got an invalid experiment name '{name}'. An experiment name must be an absolute path "
                "within the Databricks workspace. E.g. '/Users/<some-username>/my-experiment'."
            )
        self._files.require_parent(name)
        if self._files.exists(name):
            raise ResourceAlreadyExists(f"Node named '{name}' already exists.")


def _fields(body: bytes) -> dict[str, Any]:
    """The fields as MLflow reads them: it takes `artifactLocation` for `artifact_location`."""
    return {
        re.sub("[A-Z]", lambda capital: f"_{capital[0].lower()}", key): value
        for key, value in json_object(body).items()
    }


def _check_source(fields: dict[str, Any]) -> None:
    _check_scheme("source", fields.get("source"), SOURCE_SCHEMES)


def _check_scheme(field: str, uri: object, schemes: AbstractSet[str]) -> None:
    parts = urlsplit(uri) if isinstance(uri, str) else None
    if parts is None or parts.scheme not in schemes or parts.netloc or ".." in unquote(parts.path).split("/"):
        raise InvalidParameterValue(
            f"Invalid {field} {uri!r}: artifacts of this workspace have URIs with one of the schemes "
            f"{', '.join(sorted(schemes))} and no host."
        )


def _answering_unknown_routes(scope: Scope, send: Send) -> Send:
    """MLflow's web page for a route that it does not have becomes Databricks' envelope."""
    replaced = False

    async def sending(message: Message) -> None:
        nonlocal replaced
        if message["type"] == "http.response.start" and _is_unknown_route(scope, message):
            replaced = True
            await envelope(no_such_route(scope))(scope, _no_body, send)
        if not replaced:
            await send(message)

    return sending


def _is_unknown_route(scope: Scope, start: Message) -> bool:
    content_type = Headers(raw=list(start["headers"])).get("content-type", "")
    return scope["path"].startswith("/api/") and start["status"] in {404, 405} and "html" in content_type


async def _no_body() -> Message:
    return {"type": "http.request", "body": b"", "more_body": False}
