"""Refusals in the forms of SCIM and of OAuth, which are not those of Databricks' other APIs."""

from typing import Any, ClassVar

from local_workspace.errors import WorkspaceError


class ScimError(WorkspaceError):
    """https://datatracker.ietf.org/doc/html/rfc7644#section-3.12"""

    scim_type: ClassVar[str] = ""

    @property
    def envelope(self) -> dict[str, Any]:
        """SCIM's own form."""
        kind = {"scimType": self.scim_type} if self.scim_type else {}
        schemas = ["urn:ietf:params:scim:api:messages:2.0:Error"]
        return {"schemas": schemas, "detail": str(self), "status": str(self.status)} | kind


class InvalidFilter(ScimError):
    """The filter of a list cannot be read."""

    status = 400
    scim_type = "invalidFilter"


class InvalidValue(ScimError):
    """A field is missing or wrong."""

    status = 400
    scim_type = "invalidValue"


class InvalidPath(ScimError):
    """A change names nothing that could be changed."""

    status = 400
    scim_type = "invalidPath"


class ScimNotFound(ScimError):
    """There is no such user, group or service principal."""

    status = 404


class NotUnique(ScimError):
    """The name is taken."""

    status = 409
    scim_type = "uniqueness"


class OAuthError(WorkspaceError):
    """https://datatracker.ietf.org/doc/html/rfc6749#section-5.2"""

    code: ClassVar[str] = "invalid_request"
    status = 400

    @property
    def envelope(self) -> dict[str, Any]:
        """OAuth's own form."""
        return {"error": self.code, "error_description": str(self)}


class InvalidClient(OAuthError):
    """There is no such client, or its secret is another."""

    status = 401
    code = "invalid_client"


class InvalidGrant(OAuthError):
    """What a token is asked for with is not good."""

    code = "invalid_grant"


class UnsupportedGrantType(OAuthError):
    """A way to a token that this workspace does not have."""

    code = "unsupported_grant_type"
