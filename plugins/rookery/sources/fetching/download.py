"""Fetching a source that an outsider may have named: the URL, its redirects, its addresses and its length
are hostile until checked."""

from __future__ import annotations

import hashlib
import http.client
import ipaddress
import os
import socket
import ssl
import threading
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO
from urllib.parse import SplitResult, quote, urljoin, urlsplit
from urllib.request import getproxies

from rookery.exceptions import DownloadError
from rookery.sources.fetching.addresses import Address, is_public
from rookery.sources.fetching.urls import redacted
from rookery.sources.landing import Limits

_BLOCK = 1 << 16
_REDIRECTS = frozenset({301, 302, 303, 307, 308})


@dataclass(frozen=True)
class Fetched:
    """What a download brought: its length in bytes and its sha256 (hex)."""

    size: int
    sha256: str


@dataclass(frozen=True)
class _Hop:
    url: SplitResult
    host: str
    port: int

    def __str__(self) -> str:
        return redacted(self.url.geturl())

    @property
    def target(self) -> str:
        """What the request line asks for, in ASCII."""
        query = f"?{self.url.query}" if self.url.query else ""
        return quote(f"{self.url.path or '/'}{query}", safe="/?%:@!$&'()*+,;=~[]")


@dataclass
class _Expiry:
    """Shuts the socket when the time for the whole download is over, however slowly bytes trickle in."""

    seconds: float
    expired: bool = False
    _sockets: list[socket.socket] = field(default_factory=list)

    def watch(self, sock: socket.socket) -> None:
        self._sockets.append(sock)
        if self.expired:
            self.expire()

    def expire(self) -> None:
        self.expired = True
        for sock in self._sockets:
            try:
                # On the plain socket even under TLS: unwrapping would wait for the other side.
                socket.socket.shutdown(sock, socket.SHUT_RDWR)
            except OSError:
                continue


def download(
    url: str, target: BinaryIO, *, allowed_hosts: Collection[str] = (), limits: Limits | None = None
) -> Fetched:
    """Write what `url` (http or https) answers to `target`.

    Every address a host name resolves to must be public, unless `allowed_hosts` has that name, and the
    connection is made to one that was checked, in their order, so that a second look-up cannot point
    elsewhere. No proxy is used: it would look up the name itself.
    Redirects pass the same checks; from https none leads to http. Raises DownloadError: for a refused URL,
    a status other than 200, and a limit exceeded (not retriable), or a broken connection (retriable).
    """
    limits = limits or Limits()
    expiry = _Expiry(limits.seconds)
    timer = threading.Timer(limits.seconds, expiry.expire)
    timer.daemon = True
    timer.start()
    try:
        return _follow(url, target, {host.lower() for host in allowed_hosts}, limits, expiry)
    except (OSError, http.client.HTTPException, UnicodeError) as error:
        if expiry.expired:
            raise DownloadError(f"{redacted(url)} was not complete after {limits.seconds:g} s") from error
        raise DownloadError(
            f"{redacted(url)} could not be fetched: {error}{_proxy_hint()}", retriable=True
        ) from error
    finally:
        timer.cancel()


def _proxy_hint() -> str:
    used = any(scheme in getproxies() for scheme in ("http", "https"))
    return " (sources are fetched past the proxies that the environment names)" if used else ""


def _follow(url: str, target: BinaryIO, allowed_hosts: set[str], limits: Limits, expiry: _Expiry) -> Fetched:
    hop = _hop(url)
    for _ in range(limits.redirects + 1):
        with _response(hop, allowed_hosts, limits, expiry) as response:
            if response.status not in _REDIRECTS:
                _require_content(response, hop)
                return _copy(response, target, hop, limits, expiry)
            hop = _next_hop(hop, response)
    raise DownloadError(f"{redacted(url)} redirects more than {limits.redirects} times")


def _hop(url: str) -> _Hop:
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise DownloadError(f"{redacted(url)} is not a URL: {error}") from error
    if parts.scheme not in ("http", "https") or not host:
        raise DownloadError(f"{redacted(url)} is refused: only http and https URLs are fetched")
    if any(character <= " " or character == "\x7f" for character in url):
        raise DownloadError(f"{redacted(url)!r} is refused: write spaces and control characters as %20")
    return _Hop(parts, host.lower(), port or (443 if parts.scheme == "https" else 80))


def _next_hop(hop: _Hop, response: http.client.HTTPResponse) -> _Hop:
    location = response.getheader("Location")
    if not location:
        raise DownloadError(f"{hop} answered {response.status} without saying where to go")
    following = _hop(urljoin(hop.url.geturl(), location))
    if hop.url.scheme == "https" and following.url.scheme == "http":
        raise DownloadError(f"{hop} redirects from https to {following}: refused")
    return following


@contextmanager
def _response(
    hop: _Hop, allowed_hosts: set[str], limits: Limits, expiry: _Expiry
) -> Iterator[http.client.HTTPResponse]:
    kind = http.client.HTTPSConnection if hop.url.scheme == "https" else http.client.HTTPConnection
    connection = kind(hop.host, hop.port, timeout=limits.read_seconds)
    try:
        connection.sock = _connect(hop, allowed_hosts, limits, expiry)
        headers = {"Accept-Encoding": "identity", "User-Agent": "rookery"}
        connection.request("GET", hop.target, headers=headers)
        yield connection.getresponse()
    finally:
        connection.close()


def _connect(hop: _Hop, allowed_hosts: set[str], limits: Limits, expiry: _Expiry) -> socket.socket:
    addresses = _checked_addresses(hop, trusted=hop.host in allowed_hosts)
    sock = _first_connection(addresses, hop.port, limits, expiry)
    expiry.watch(sock)
    if hop.url.scheme == "http":
        return sock
    context = ssl.create_default_context(cafile=os.environ.get("REQUESTS_CA_BUNDLE") or _certificates())
    secure = context.wrap_socket(sock, server_hostname=hop.host)
    expiry.watch(secure)
    return secure


def _first_connection(
    addresses: Sequence[Address], port: int, limits: Limits, expiry: _Expiry
) -> socket.socket:
    *others, last = addresses
    for address in others:
        try:
            return socket.create_connection((str(address), port), timeout=limits.read_seconds)
        except OSError:
            if expiry.expired:
                raise
    return socket.create_connection((str(last), port), timeout=limits.read_seconds)


def _certificates() -> str:
    import certifi

    return certifi.where()


def _checked_addresses(hop: _Hop, *, trusted: bool) -> list[Address]:
    """The addresses of the host, after all of them have been looked at."""
    found = socket.getaddrinfo(hop.host, hop.port, type=socket.SOCK_STREAM)
    addresses = [ipaddress.ip_address(str(entry[4][0]).partition("%")[0]) for entry in found]
    if trusted:
        return addresses
    for address in addresses:
        if not is_public(address):
            raise DownloadError(
                f"{hop} is refused: {hop.host} is {address}, which is not a public address "
                f"(a plan allows it with CsvSource(allowed_hosts=[{hop.host!r}]))"
            )
    return addresses


def _require_content(response: http.client.HTTPResponse, hop: _Hop) -> None:
    if response.status != http.client.OK:
        server_fault = response.status >= 500 or response.status == http.client.TOO_MANY_REQUESTS
        raise DownloadError(f"{hop} answered {response.status} {response.reason}", retriable=server_fault)
    encoding = response.getheader("Content-Encoding", "identity")
    if encoding != "identity":
        raise DownloadError(f"{hop} answered with Content-Encoding {encoding!r}, which was not asked for")


def _copy(
    response: http.client.HTTPResponse, target: BinaryIO, hop: _Hop, limits: Limits, expiry: _Expiry
) -> Fetched:
    announced = response.length
    if announced is not None and announced > limits.size:
        raise DownloadError(f"{hop} has {announced} bytes, more than the {limits.size} allowed")
    digest, size = hashlib.sha256(), 0
    while block := response.read1(_BLOCK):
        size += len(block)
        if size > limits.size:
            raise DownloadError(f"{hop} has more than the {limits.size} bytes allowed")
        digest.update(block)
        target.write(block)
    if expiry.expired or (announced is not None and size != announced):
        raise http.client.IncompleteRead(b"", (announced or 0) - size)
    return Fetched(size, digest.hexdigest())


def copy_file(path: Path, target: BinaryIO, *, limits: Limits | None = None) -> Fetched:
    """Write a local file to `target`, under the same limit of size."""
    limits = limits or Limits()
    digest, size = hashlib.sha256(), 0
    with path.open("rb") as source:
        while block := source.read(_BLOCK):
            size += len(block)
            if size > limits.size:
                raise DownloadError(f"{path.name} has more than the {limits.size} bytes allowed")
            digest.update(block)
            target.write(block)
    return Fetched(size, digest.hexdigest())
