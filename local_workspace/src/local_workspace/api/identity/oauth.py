"""OAuth for machines: where a service principal gets tokens, and its secrets.

https://docs.databricks.com/azure/dev-tools/auth/oauth-m2m
"""

import base64
import binascii
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, unquote_plus

from pydantic import Field
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from local_workspace.api.wire import Addressed, Answer, Body, raw_routes, routes
from local_workspace.identity.callers import Callers
from local_workspace.identity.errors import InvalidClient, OAuthError, UnsupportedGrantType
from local_workspace.messages import Message
from local_workspace.store import Document

DISCOVERY = "/oidc/.well-known/oauth-authorization-server"
TOKEN = "/oidc/v1/token"  # noqa: S105 - a path
_GRANT = "client_credentials"
_EXCHANGE = "urn:ietf:params:oauth:grant-type:jwt-bearer"


class Principal(Message):
    """A request about one service principal, by the number that SCIM gives."""

    number: str


class CreateSecret(Principal):
    """`lifetime` in seconds, as Databricks writes it: 3600s."""

    lifetime: str = Field(default="", pattern=r"^([1-9]\d{0,8}s)?$")


class SecretId(Principal):
    """A request about one secret."""

    secret_id: str


def oauth_routes(callers: Callers) -> list[Route]:
    """Discovery, tokens, and the secrets of service principals."""
    path = "accounts/servicePrincipals/{number}/credentials/secrets"

    async def token(_: Message, body: Body) -> Response:
        content = await body.read()
        return await run_in_threadpool(
            _token, callers, content, body.request.headers.get("authorization", "")
        )

    return [
        *routes("GET", DISCOVERY, Addressed, lambda m: _endpoints(m.origin)),
        *raw_routes("POST", TOKEN, Message, token),
        *routes("POST", path, CreateSecret, lambda m: _create(callers, m)),
        *routes(
            "GET", path, Principal, lambda m: {"secrets": [_shown(e) for e in callers.secrets_of(m.number)]}
        ),
        *routes(
            "DELETE",
            f"{path}/{{secret_id}}",
            SecretId,
            lambda m: callers.delete_client_secret(m.number, m.secret_id),
        ),
    ]


def _endpoints(origin: str) -> Answer:
    return {
        "issuer": f"{origin}/oidc",
        "authorization_endpoint": f"{origin}/oidc/v1/authorize",
        "token_endpoint": f"{origin}{TOKEN}",
        "grant_types_supported": [_GRANT, _EXCHANGE],
        "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
    }


def _token(callers: Callers, content: bytes, authorization: str) -> Response:
    fields = {name: values[0] for name, values in parse_qs(content.decode(errors="replace")).items()}
    scope, details = fields.get("scope", "all-apis"), fields.get("authorization_details", "")
    if fields.get("grant_type") == _EXCHANGE:
        token, seconds = callers.exchanged(fields.get("assertion", ""), details)
    elif fields.get("grant_type") == _GRANT:
        token, seconds = callers.access_token(*_client(fields, authorization), scope, details)
    else:
        offered = f"{_GRANT} or {_EXCHANGE}"
        raise UnsupportedGrantType(f"grant_type must be {offered}, got {fields.get('grant_type', '')!r}")
    answer = {"access_token": token, "token_type": "Bearer", "expires_in": seconds, "scope": scope}
    return JSONResponse(answer, headers={"cache-control": "no-store"})


def _client(fields: dict[str, str], authorization: str) -> tuple[str, str]:
    """Id and secret, from HTTP Basic or from the form."""
    scheme, _, value = authorization.partition(" ")
    if scheme.lower() != "basic":
        if not fields.get("client_id"):
            raise OAuthError("client_id and client_secret are missing")
        return fields["client_id"], fields.get("client_secret", "")
    try:
        client_id, _, client_secret = base64.b64decode(value, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError) as error:
        raise InvalidClient("Client authentication failed") from error
    return unquote_plus(client_id), unquote_plus(client_secret)


def _create(callers: Callers, request: CreateSecret) -> Answer:
    seconds = int(request.lifetime[:-1]) if request.lifetime else None
    secret, document = callers.new_client_secret(request.number, seconds)
    return _shown(document) | {"secret": secret}


def _shown(document: Document) -> dict[str, Any]:
    """`SecretInfo`."""
    return {
        "id": document["id"],
        "secret_hash": document["digest"],
        "status": "ACTIVE",
        "create_time": _moment(document["creation_time"]),
        "update_time": _moment(document["creation_time"]),
        "expire_time": _moment(document["expiry_time"]),
    }


def _moment(millis: int) -> str:
    return datetime.fromtimestamp(millis / 1000, UTC).isoformat(timespec="milliseconds")
