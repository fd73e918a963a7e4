"""An Airflow connection made fit for use: cleaned where that is harmless, refused in words where it is not.

A secret that was made with `echo`, as many of Kubernetes are, ends in a line break. The HTTP library refuses
such a header and quotes it, escaped, so that Airflow's masker does not know it again.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from rookery.exceptions import ConnectionUnfitError
from rookery.redaction import keep_secret

if TYPE_CHECKING:
    from airflow.sdk import Connection

_FIELDS = ("host", "schema", "login", "password")
# Of the extra, what goes into addresses and headers; a key or a certificate elsewhere has line breaks.
_SENT = ("token", "host", "client_id", "azure_tenant_id", "azure_resource_id", "proxies")
_SECRET_WORDS = ("token", "secret", "password", "credential")


def clean(connection: Connection) -> None:
    """Take the blanks and line breaks off the ends of all texts of a connection, and have its secrets hidden.

    Raises ConnectionUnfitError, which shows no value, for a text with a control character inside, a token
    that no HTTP header can carry, and a host with a user name or password.
    """
    for field in _FIELDS:
        value = getattr(connection, field)
        if isinstance(value, str):
            setattr(connection, field, value.strip())
    extra = connection.extra_dejson
    if extra:
        connection.extra = json.dumps(_stripped(extra))
    hide_secrets(connection)
    _require_fit(connection)


def hide_secrets(connection: Connection) -> None:
    """Hide all that is secret in a connection from logs and messages, in all forms."""
    logins = [connection.login] if connection.login else []
    for secret in _secrets(connection):
        hide(secret, *logins)


def hide(secret: str, *logins: str) -> None:
    """Hide one secret, in Airflow's logs too."""
    from airflow.sdk.log import mask_secret

    for form in keep_secret(secret, logins):
        mask_secret(form)


def _stripped(value: Any) -> Any:
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, dict):
        return {key: _stripped(each) for key, each in value.items()}
    return value


def _secrets(connection: Connection) -> Iterator[str]:
    if connection.password:
        yield connection.password
    extra = connection.extra_dejson
    for key, value in _texts(extra):
        if any(word in key.lower() for word in _SECRET_WORDS):
            yield value
        elif password := _password_in(value):
            # A proxy's address may have one.
            yield password


def _password_in(url: str) -> str | None:
    try:
        return urlsplit(url).password
    except ValueError:
        return None


def _require_fit(connection: Connection) -> None:
    name = connection.conn_id
    extra = connection.extra_dejson
    texts = {field: str(getattr(connection, field) or "") for field in _FIELDS}
    sent = {key: value for key, value in extra.items() if key in _SENT}
    for place, value in (*texts.items(), *_texts(sent, "extra.")):
        if any(character < " " or "\x7f" <= character < "\xa0" for character in value):
            raise ConnectionUnfitError(
                f"the Airflow connection {name!r} has a line break or another control character inside its "
                f"{place}: write it anew, without"
            )
    if "@" in str(extra.get("host") or texts["host"]):
        raise ConnectionUnfitError(
            f"the Airflow connection {name!r} has a user name or password in its host, where it would be "
            "shown: put them into its login and password"
        )
    token = extra.get("token") or ("" if texts["login"] else texts["password"])
    if not str(token).isascii():
        raise ConnectionUnfitError(
            f"the Airflow connection {name!r} has a token with a character that is not ASCII, which no HTTP "
            "header can carry: copy it anew"
        )


def _texts(extra: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    """Each text in a connection's extra, with its way."""
    for key, value in extra.items():
        if isinstance(value, str):
            yield f"{prefix}{key}", value
        elif isinstance(value, Mapping):
            yield from _texts(value, f"{prefix}{key}.")
