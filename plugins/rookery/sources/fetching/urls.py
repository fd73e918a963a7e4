"""Which addresses a source may have, and what of them may be shown."""

from __future__ import annotations

import re
from urllib.parse import unquote_plus, urlsplit

# Parameters, in lower case, that let their bearer in: shared access signatures of Azure, pre-signed URLs of
# AWS and Google (V4 and older), and tokens by their usual names.
_SECRETS = frozenset(
    {
        "access_token",
        "api_key",
        "apikey",
        "auth_token",
        "password",
        "private_token",
        "secret",
        "sig",
        "signature",
        "token",
        "x-amz-security-token",
        "x-amz-signature",
        "x-goog-signature",
    }
)


def url_problem(url: str) -> str | None:
    """Why a source's URL is refused, or None: https, http, or a relative path under `data/`.

    The URL of a plan is in Airflow's database, forms and pages: one that gives access by itself is refused.
    """
    try:
        parts = urlsplit(url)
    except ValueError as error:
        return f"it is not a URL: {error}"
    if secrets := _secrets_in(parts.query):
        return (
            f"its query has {', '.join(secrets)}: whoever has that may read the file, and Airflow stores and "
            "shows it; use an address that needs no secret (allowed_hosts lets it be a private one), or "
            "data/<name>.csv"
        )
    if parts.scheme in ("http", "https"):
        if not parts.hostname:
            return f"{url!r} names no host"
        if parts.username or parts.password:
            return "it carries a user name or password, which would end in logs; use a URL without them"
        return None
    steps = url.split("/")
    if parts.scheme or steps[0] != "data" or len(steps) < 2 or not set(steps).isdisjoint({"", ".", ".."}):
        return f"{url!r} is neither an https or http URL nor a file under the project's data/ folder"
    if not url.isprintable() or "\\" in url:
        return f"{url!r} has characters that a file name here may not have"
    return None


def host_problem(host: str) -> str | None:
    """Why it is no bare host name, as it is compared with a URL's, or None."""
    if host and urlsplit(f"//{host}").hostname == host.lower():
        return None
    return f"{host!r} is not a host name (write it without scheme and port)"


def redacted(url: str) -> str:
    """The URL without user, password, query and fragment: any of them may carry a secret."""
    parts = urlsplit(url)
    return parts._replace(netloc=parts.netloc.rpartition("@")[2], query="", fragment="").geturl()


def _secrets_in(query: str) -> list[str]:
    names = [unquote_plus(each.partition("=")[0]) for each in re.split("[&;]", query)]
    return [name for name in names if name.lower() in _SECRETS]
