"""Scoring: `POST /serving-endpoints/{name}/invocations`, answered by the endpoint's scoring servers.

Input forms and answers are MLflow's (https://mlflow.org/docs/latest/deployment/deploy-model-locally/#protocol);
its errors come in Databricks' envelope.
"""

import json

import httpx
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from local_workspace.api.wire import error_response
from local_workspace.engine.endpoints import Endpoints
from local_workspace.errors import BadRequest, TemporarilyUnavailable, WorkspaceError

LARGEST_REQUEST = 16 * 1024 * 1024
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
        parameters = request.path_params
        served, model = self._endpoints.choose(parameters["name"], parameters.get("served"))
        content_type = request.headers.get("content-type", "application/json")
        try:
            answer = await model.scorer.post(
                "/invocations", content=body, headers={"content-type": content_type}
            )
        except httpx.TransportError as error:
            raise TemporarilyUnavailable(f"Served model {served!r} did not answer: {error!r}") from error
        if not answer.is_success:
            raise _scoring_error(answer)
        return Response(answer.content, media_type="application/json", headers={"served-model-name": served})


async def _body(request: Request) -> bytes:
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_REQUEST:
            raise BadRequest(f"Request size cannot exceed {LARGEST_REQUEST} bytes.")
    if CLIENT_REQUEST_ID.encode() not in body:
        return bytes(body)
    try:
        fields = json.loads(body)
    except ValueError:
        return bytes(body)  # the scoring server says what is wrong with it
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
