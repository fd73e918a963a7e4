"""Scoring: `POST /serving-endpoints/{name}/invocations`, answered by the endpoint's scoring servers.

Input forms and answers are MLflow's (https://mlflow.org/docs/latest/deployment/deploy-model-locally/#protocol);
its errors come in Databricks' envelope.
"""

import json
import time
from collections.abc import Callable

from starlette.responses import Response
from starlette.routing import Route

from local_workspace.api.bodies import BodyLimit, check_nesting
from local_workspace.api.serving.data_plane import PATH, check_details
from local_workspace.api.wire import Body, raw_routes
from local_workspace.errors import BadRequest, TemporarilyUnavailable, WorkspaceError
from local_workspace.messages import Message
from local_workspace.serving.endpoints import Endpoints
from local_workspace.serving.scorer_client import NoAnswer, ScoringAnswer

# https://docs.databricks.com/azure/machine-learning/model-serving/model-serving-limits
LIMIT = BodyLimit(size=16 * 1024 * 1024)
# Read by Databricks itself, for its inference tables; the scoring server would refuse or ignore it.
CLIENT_REQUEST_ID = "client_request_id"


class Asked(Message):
    """The endpoint, and the served version if the request names one."""

    name: str
    served: str | None = None


def invocation_routes(endpoints: Endpoints, details_of: Callable[[str], str]) -> list[Route]:
    """One for the endpoint, which shares requests among its versions, and one for each version.

    An endpoint that is route optimized has one of its own. `details_of` an access token are what it is for.
    """

    async def score(asked: Asked, body: Body) -> Response:
        endpoints.admit(asked.name, body.request.scope.get("caller", ""))
        return await scored(asked, body)

    async def score_optimized(asked: Asked, body: Body) -> Response:
        _, _, token = body.request.headers.get("authorization", "").partition(" ")
        endpoint_id = endpoints.admit(asked.name, body.request.scope.get("caller", ""), is_optimized=True)
        check_details(details_of(token), asked.name, endpoint_id)
        return await scored(asked, body)

    async def scored(asked: Asked, body: Body) -> Response:
        began = time.perf_counter()
        content = _without_request_id(await body.read())
        content_type = body.content_type or "application/json"
        served, answer = await _answer(endpoints, asked, content, content_type)
        endpoints.usage.note(asked.name, served, answer.status, time.perf_counter() - began)
        if answer.status != 200:
            raise _scoring_error(answer)
        return Response(answer.content, media_type="application/json", headers={"served-model-name": served})

    endpoint = "/serving-endpoints/{name}"
    return [
        *raw_routes("POST", f"{endpoint}/invocations", Asked, score, limit=LIMIT),
        *raw_routes("POST", endpoint + "/served-models/{served}/invocations", Asked, score, limit=LIMIT),
        *raw_routes("POST", PATH + "/{name}/invocations", Asked, score_optimized, limit=LIMIT),
    ]


async def _answer(
    endpoints: Endpoints, asked: Asked, content: bytes, content_type: str
) -> tuple[str, ScoringAnswer]:
    """The answer of a served version, and its name; an update may end the one that is asked meanwhile."""
    while True:
        served, model = endpoints.choose(asked.name, asked.served)
        try:
            return served, await model.scorer.score(content, content_type)
        except NoAnswer as error:
            if not model.is_stopped:
                raise TemporarilyUnavailable(f"Served model {served!r} did not answer: {error}") from error


def _without_request_id(body: bytes) -> bytes:
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


def _scoring_error(answer: ScoringAnswer) -> WorkspaceError:
    """The scorer's message; of a traceback only its last line, since the rest tells about this machine."""
    try:
        fields = json.loads(answer.content)
        message = str(fields["message"])
    except (ValueError, TypeError, KeyError):
        fields, message = {}, answer.content.decode(errors="replace")
    lines = str(fields.get("stack_trace", "")).strip().splitlines()
    if lines:
        message = f"{message} Error '{lines[-1]}'"
    kind = WorkspaceError if answer.status >= 500 else BadRequest
    return kind(message)
