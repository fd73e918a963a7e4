"""Where the server listens, by which names it may be called, and where its links lead.

Without being told, it is reachable from this machine alone. Inside a container network it must listen on
another address; then it has to be told its names there, since it answers to no other (DNS rebinding), and its
token, since the clients on other machines need it.
"""

import ipaddress
import re
from urllib.parse import urlsplit

from local_workspace.settings import LOOPBACK

_NAME = re.compile(r"[a-z0-9_]([a-z0-9_.-]*[a-z0-9_])?")


class AddressError(Exception):
    """An address, a name or a URL that the server cannot use, with what to do."""


def checked_host(host: str, allowed_hosts: tuple[str, ...], *, has_token: bool) -> str:
    """An IPv4 address to listen on; AddressError for another one than loopback without names and token."""
    try:
        address = ipaddress.IPv4Address(host)
    except ValueError as error:
        raise AddressError(f"--host must be an IPv4 address such as {LOOPBACK}, got {host!r}") from error
    if address.is_loopback:
        return host
    if not allowed_hosts:
        raise AddressError(
            f"--host {host} can be reached from other machines: name the hosts that clients call this one, "
            "with --allowed-host NAME"
        )
    if not has_token:
        raise AddressError(
            f"--host {host} can be reached from other machines: give a token in LOCAL_WORKSPACE_TOKEN (or "
            "--token, which every user of this machine can see)"
        )
    return host


def checked_names(names: list[str]) -> tuple[str, ...]:
    """Host names in lower case; AddressError for what is none, or has a port or a wildcard."""
    for name in names:
        if not _NAME.fullmatch(name.lower()):
            raise AddressError(f"--allowed-host must be a host name without port or wildcard, got {name!r}")
    return tuple(name.lower() for name in names)


def checked_url(url: str) -> str:
    """A URL of an origin, without a trailing slash; "" stays so; AddressError for anything else."""
    try:
        parts = urlsplit(url)
        is_origin = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        is_origin = False
    if not url:
        return ""
    origin = url.rstrip("/")
    if not is_origin or not re.fullmatch(r"https?://[^/?#@\s\"<>]+", origin):
        raise AddressError(f"--public-url must be an address such as http://localhost:8765, got {url!r}")
    return origin
