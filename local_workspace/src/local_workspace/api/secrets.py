"""Secrets 2.0: https://docs.databricks.com/api/azure/workspace/secrets"""

import base64
import binascii

from starlette.routing import Route

from local_workspace.api.wire import Answer, routes
from local_workspace.errors import InvalidParameterValue, ResourceDoesNotExist
from local_workspace.messages import Message
from local_workspace.secrets.scopes import SecretScopes


class Scope(Message):
    """A request about one scope."""

    scope: str


class CreateScope(Scope):
    """scopes/create; scopes are Databricks' own, as a key vault of a cloud is not here."""

    initial_manage_principal: str = ""
    scope_backend_type: str = "DATABRICKS"


class Secret(Scope):
    """A request about one secret."""

    key: str


class PutSecret(Secret):
    """A value as text, or as base64 of bytes."""

    string_value: str | None = None
    bytes_value: str | None = None


class Acl(Scope):
    """A request about what one principal may do."""

    principal: str


class PutAcl(Acl):
    """What it may do."""

    permission: str


def secret_routes(scopes: SecretScopes) -> list[Route]:
    """Every method of Secrets 2.0."""
    return [
        *routes("POST", "secrets/scopes/create", CreateScope, lambda m: _create(scopes, m)),
        *routes("GET", "secrets/scopes/list", Message, lambda _: _list_scopes(scopes)),
        *routes("POST", "secrets/scopes/delete", Scope, lambda m: scopes.delete(m.scope)),
        *routes("POST", "secrets/put", PutSecret, lambda m: scopes.put(m.scope, m.key, _value(m))),
        *routes("GET", "secrets/get", Secret, lambda m: _get(scopes, m)),
        *routes("GET", "secrets/list", Scope, lambda m: _list(scopes, m)),
        *routes("POST", "secrets/delete", Secret, lambda m: scopes.delete_secret(m.scope, m.key)),
        *routes(
            "POST", "secrets/acls/put", PutAcl, lambda m: scopes.put_acl(m.scope, m.principal, m.permission)
        ),
        *routes("GET", "secrets/acls/get", Acl, lambda m: _get_acl(scopes, m)),
        *routes("GET", "secrets/acls/list", Scope, lambda m: _list_acls(scopes, m)),
        *routes("POST", "secrets/acls/delete", Acl, lambda m: scopes.delete_acl(m.scope, m.principal)),
    ]


def _create(scopes: SecretScopes, request: CreateScope) -> None:
    if request.scope_backend_type != "DATABRICKS":
        raise InvalidParameterValue(
            f"scope_backend_type {request.scope_backend_type} is not supported by this workspace, only "
            "DATABRICKS is."
        )
    scopes.create(request.scope, request.initial_manage_principal)


def _list_scopes(scopes: SecretScopes) -> Answer:
    return {"scopes": [{"name": name, "backend_type": "DATABRICKS"} for name in scopes.names()]}


def _value(request: PutSecret) -> bytes:
    if (request.string_value is None) is (request.bytes_value is None):
        raise InvalidParameterValue("Give either string_value or bytes_value.")
    if request.string_value is not None:
        return request.string_value.encode()
    try:
        return base64.b64decode(request.bytes_value or "", validate=True)
    except (binascii.Error, ValueError) as error:
        raise InvalidParameterValue(f"bytes_value is not base64: {error}") from error


def _get(scopes: SecretScopes, request: Secret) -> Answer:
    value = scopes.get(request.scope, request.key)
    return {"key": request.key, "value": base64.b64encode(value).decode()}


def _list(scopes: SecretScopes, request: Scope) -> Answer:
    keys = scopes.keys(request.scope)
    return {"secrets": [{"key": key, "last_updated_timestamp": time} for key, time in keys.items()]}


def _get_acl(scopes: SecretScopes, request: Acl) -> Answer:
    permission = scopes.acls(request.scope).get(request.principal)
    if permission is None:
        raise ResourceDoesNotExist(f"{request.principal} has no access to scope {request.scope}.")
    return {"principal": request.principal, "permission": permission}


def _list_acls(scopes: SecretScopes, request: Scope) -> Answer:
    acls = scopes.acls(request.scope)
    return {"items": [{"principal": who, "permission": what} for who, what in acls.items()]}
