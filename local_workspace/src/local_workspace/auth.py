"""Who may talk to the workspace: clients that call it by its own names, with a token that it knows.

A pure ASGI middleware, so that uploads stream through it. The token comes as a bearer (API clients) or as
the password of HTTP Basic (a browser that opens MLflow's UI); a signed URL carries its own proof. A foreign
`Host` or `Origin` is refused, so that a web page elsewhere cannot reach the workspace through the user's
browser (DNS rebinding, cross-site requests).
"""

import base64
import binascii
import secrets

from starlette.datastructures import Headers, QueryParams
from starlette.routing import Mount
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from local_workspace.api.identity.oauth import DISCOVERY, TOKEN
from local_workspace.api.refusals import application
from local_workspace.errors import InvalidAccessToken, PasswordAsked, PermissionDenied, Unauthenticated
from local_workspace.identity.callers import Callers
from local_workspace.settings import Settings
from local_workspace.signed_urls import PREFIX as SIGNED
from local_workspace.signed_urls import SignedUrls

# What clients ask for before they have a credential, or to get one. Exactly these, since any other method or
# path would be MLflow's.
PUBLIC = frozenset({("GET", "/.well-known/databricks-config"), ("GET", DISCOVERY), ("POST", TOKEN)})
# Everywhere else a browser may be asking, which then shows its dialogue for a password.
API_PREFIXES = ("/api/", "/serving-endpoints/", "/data-plane/")


def guarded(app: ASGIApp, settings: Settings, signed_urls: SignedUrls, callers: Callers) -> ASGIApp:
    """The application for those who may talk to it; every answer names the workspace, refusals too."""
    authenticated = TokenAuthentication(app, settings, signed_urls, callers)
    return AnswerHeaders(application([Mount("/", authenticated)]), settings)


class TokenAuthentication:
    """Lets a request through when its host is one of the workspace's and its token is somebody's.

    `caller` of the scope is who that is.
    """

    def __init__(self, app: ASGIApp, settings: Settings, signed_urls: SignedUrls, callers: Callers) -> None:
        self._app = app
        self._signed_urls = signed_urls
        self._callers = callers
        self._names = settings.host_names
        self._public_url = settings.public_url

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Raise the error, or pass the request on."""
        if scope["type"] != "http":
            return  # a websocket would need a check of its own; nothing here offers one
        try:
            scope["caller"] = self._caller(scope, Headers(scope=scope))
        except (Unauthenticated, InvalidAccessToken) as error:
            if scope["path"].startswith(API_PREFIXES):
                raise
            raise PasswordAsked(error) from error
        await self._app(scope, receive, send)

    def _caller(self, scope: Scope, headers: Headers) -> str:
        """Who calls; nobody is named for what needs no token."""
        self._check_caller(headers.get("host", ""), headers.get("origin", ""))
        method, path = scope["method"], scope["path"]
        if (method, path) in PUBLIC:
            return ""
        if path.startswith(SIGNED + "/"):
            self._signed_urls.check(method, path, QueryParams(scope["query_string"]))
            return ""
        credential = _credential(headers.get("authorization", ""))
        if credential is None:
            raise Unauthenticated("Credential was not sent or was of an unsupported type for this API.")
        caller = self._callers.caller(credential)
        if caller is None:
            raise InvalidAccessToken("Invalid access token.")
        return caller

    def _check_caller(self, host: str, origin: str) -> None:
        """Refuse a request meant for another host, and one that a page of another origin makes."""
        if _host_name(host) not in self._names:
            raise PermissionDenied(
                "Foreign Host header: this workspace answers only to 127.0.0.1, localhost and the names that "
                "it was given with --allowed-host."
            )
        # `host` is one of ours, so an origin with the same host and port is ours as well.
        if origin and origin not in {f"http://{host}", self._public_url}:
            raise PermissionDenied(
                "Foreign Origin header: this workspace refuses requests that another web site makes."
            )


class AnswerHeaders:
    """The headers that Databricks puts on every answer."""

    def __init__(self, app: ASGIApp, settings: Settings) -> None:
        self._app = app
        self._org_id = str(settings.workspace_id).encode()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [
                    *message["headers"],
                    (b"x-databricks-org-id", self._org_id),
                    (b"x-request-id", secrets.token_hex(16).encode()),
                ]
            await send(message)

        await self._app(scope, receive, send_with_headers)


def _host_name(host: str) -> str:
    if host.startswith("["):
        return host.split("]")[0] + "]"
    return host.rsplit(":", 1)[0].lower()


def _credential(authorization: str) -> bytes | None:
    scheme, _, value = authorization.partition(" ")
    if scheme.lower() == "bearer" and value:
        return value.strip().encode()
    if scheme.lower() != "basic":
        return None
    try:
        return base64.b64decode(value, validate=True).partition(b":")[2]
    except binascii.Error:
        return None
