"""The workspace model registry where there is none: every call of it is refused, whoever would answer it."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from local_workspace.errors import PermissionDenied

_CALLS = (
    *("registered-models", "model-versions", "transition-requests", "comments", "registry-webhooks"),
    *("databricks/registered-models", "databricks/model-versions"),
)
_METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE")


def disabled_registry_routes() -> list[Route]:
    """To be put before those that would answer."""
    return [
        Route(f"/{api}/{{version}}/mlflow/{call}/{{rest:path}}", _refuse, methods=_METHODS)
        for api in ("api", "ajax-api")
        for call in _CALLS
    ]


async def _refuse(_: Request) -> Response:
    raise PermissionDenied(
        "The legacy workspace model registry is disabled for the current Databricks workspace. Please use "
        "models in Unity Catalog instead."
    )
