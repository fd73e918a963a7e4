"""Who the caller is, and what this workspace is: SCIM `Me` and the well-known document."""

from starlette.routing import Route

from local_workspace.api.wire import Addressed, Answer, Called, routes
from local_workspace.identity.principals import Principals
from local_workspace.settings import Settings


def identity_routes(settings: Settings, principals: Principals) -> list[Route]:
    """`preview/scim/v2/Me`, and the document that the SDK reads before it chooses a credential."""
    return [
        *routes("GET", "preview/scim/v2/Me", Called, lambda m: _me(principals, m.caller)),
        *routes(
            "GET", "/.well-known/databricks-config", Addressed, lambda m: _configuration(settings, m.origin)
        ),
    ]


def _configuration(settings: Settings, origin: str) -> Answer:
    """Where OAuth is found, by the address that the client has."""
    return {
        "oidc_endpoint": f"{origin}/oidc",
        "account_id": settings.account_id,
        "workspace_id": str(settings.workspace_id),
        "cloud": "AZURE",
    }


def _me(principals: Principals, name: str) -> Answer:
    """The caller, as https://docs.databricks.com/api/azure/workspace/currentuser/me gives it."""
    found = principals.named(name)
    assert found is not None  # noqa: S101 - else the token would not have got in
    kind, resource = found
    return resource | {"userName": resource[kind.unique]}
