"""Who the caller is, and what this workspace is: SCIM `Me` and the well-known document.

Every client that comes this far has sent the workspace's token, so there is one user.
"""

from starlette.routing import Route

from local_workspace.api.wire import Answer, routes
from local_workspace.messages import Message
from local_workspace.settings import Settings


def identity_routes(settings: Settings) -> list[Route]:
    """`preview/scim/v2/Me`, and the document that the SDK reads before it chooses a credential."""
    # No `oidc_endpoint`, since no OAuth token is issued here: clients use the token.
    configuration: Answer = {"workspace_id": str(settings.workspace_id)}
    return [
        *routes("GET", "preview/scim/v2/Me", Message, lambda _: _me(settings.user_name)),
        *routes("GET", "/.well-known/databricks-config", Message, lambda _: configuration),
    ]


def _me(name: str) -> Answer:
    """The caller, as https://docs.databricks.com/api/azure/workspace/currentuser/me gives it."""
    return {
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
        "id": "1",
        "userName": name,
        "displayName": name,
        "active": True,
        "emails": [{"value": name, "type": "work", "primary": True}],
        "groups": [],
    }
