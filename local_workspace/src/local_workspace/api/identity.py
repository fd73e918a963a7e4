"""Who the caller is, and what this workspace is: SCIM `Me` and the well-known document.

Every client that comes this far has sent the workspace's token, so there is one user.
"""

from starlette.routing import Route

from local_workspace.api.wire import Answer, Message, public_route, routes
from local_workspace.settings import Settings


class Nothing(Message):
    """A request without parameters."""


class Identity:
    """Answers about the single user and the workspace itself."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    def routes(self) -> list[Route]:
        """`preview/scim/v2/Me`, and the document that the SDK reads before it chooses a credential."""
        return [
            *routes("GET", "preview/scim/v2/Me", Nothing, self.me),
            public_route("/.well-known/databricks-config", self.configuration),
        ]

    def me(self, _: Nothing) -> Answer:
        """The caller, as https://docs.databricks.com/api/azure/workspace/currentuser/me gives it."""
        name = self._settings.user_name
        return {
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
            "id": "1",
            "userName": name,
            "displayName": name,
            "active": True,
            "emails": [{"value": name, "type": "work", "primary": True}],
            "groups": [],
        }

    def configuration(self) -> Answer:
        """The workspace's number; no `oidc_endpoint`, since no OAuth token is issued here: use the token."""
        return {"workspace_id": str(self._settings.workspace_id)}
