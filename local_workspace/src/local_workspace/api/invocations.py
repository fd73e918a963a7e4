"""Scoring: `POST /serving-endpoints/{name}/invocations`, answered by the endpoint's scoring servers.

Input forms and answers are MLflow's (https://mlflow.org/docs/latest/deployment/deploy-model-locally/#protocol);
its errors come in Databricks' envelope.
"""

import json

import httpx
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from local_workspace.api.bodies import BodyLimit, check_nesting
from local_workspace.api.wire import error_response
from local_workspace.engine.endpoints import Endpoints
from local_workspace.errors import BadRequest, TemporarilyUnavailable, WorkspaceError

# https://docs.databricks.com/azure/machine-learning/model-serving/model-serving-limits
LIMIT = BodyLimit(size=16 * 1024 * 1024)
# Read by Databricks itself, for its inference tables; the scoring server would refuse or ignore it.
CLIENT_REQUEST_ID = "client_request_id"


class Invocations:
    """The scoring routes of every endpoint."""

    def __init__(self, endpoints: Endpoints) -> None:
        self._endpoints = endpoints

    def routes(self) -> list[Route]:
        """One for the endpoint, which shares requests among its versions, and one for each version."""
        endpoint = "/serving-endpoints/{name}"
        return [
            Route(f"{endpoint}/invocations", self.score, methods=["POST"]),
            Route(endpoint + "/served-models/{served}/invocations", self.score, methods=["POST"]),
        ]

    async def score(self, request: Request) -> Response:
        """The served version's answer, or the error in Databricks' form."""
        try:
            return await self._score(request)
        except WorkspaceError as error:
            return error_response(error)

    async def _score(self, request: Request) -> Response:
        body = await _body(request)
        # As bytes, since httpx takes only ASCII as text.
        content_type = request.headers.get("content-type", "application/json").encode("latin-1")
        served, answer = await self._answer(request.path_params, body, content_type)
        if not answer.is_success:
            raise _scoring_error(answer)
        return Response(answer.content, media_type="application/json", headers={"served-model-name": served})

    async def _answer(
        self, path: dict[str, str], body: bytes, content_type: bytes
    ) -> tuple[str, httpx.Response]:
        """The answer of a served version, and its name; an update may end the one that is asked meanwhile."""
        while True:
            headers = {b"content-type": content_type}
            served, model = self._endpoints.choose(path["name"], path.get("served"))
            try:
                return served, await model.scorer.post("/invocations", content=body, headers=headers)
            except httpx.TransportError as error:
                if not model.is_stopped:
                    raise TemporarilyUnavailable(
                        f"Served model {served!r} did not answer: {error!r}"
                    ) from error


async def _body(request: Request) -> bytes:
    body = await Request(request.scope, LIMIT.receive(request.receive)).body()
    check_nesting(body)
    if CLIENT_REQUEST_ID.encode() not in body:
        return body
    try:
        fields = json.loads(body)
    except ValueError:
        return body  # the scoring server says what is wrong with it
    if isinstance(fields, dict):
        fields.pop(CLIENT_REQUEST_ID, None)
    return json.dumps(fields).encode()


def _scoring_error(answer: httpx.Response) -> WorkspaceError:
    """The scorer's message; of a traceback only its last line, since the rest tells about this machine."""
    try:
        fields = answer.json()
        message = str(fields["message"])
    except (ValueError, TypeError, KeyError):
        fields, message = {}, answer.text
    lines = str(fields.get("stack_trace", "")).strip().splitlines()
    if lines:
        message = f"{message} Error '{lines[-1]}'"
    kind = WorkspaceError if answer.status_code >= 500 else BadRequest
    return kind(message)
