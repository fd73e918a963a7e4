"""A source URL may be hostile: where it leads, how much it sends and how slowly is checked."""

import hashlib
import io
import ipaddress
import os
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from rookery.exceptions import DownloadError
from rookery.sources.fetching.addresses import is_public
from rookery.sources.fetching.download import copy_file, download
from rookery.sources.fetching.urls import redacted
from rookery.sources.landing import Limits

CSV = b"Island,Species\nBiscoe,1\n"

Answer = Callable[[BaseHTTPRequestHandler], None]


class Server(ThreadingHTTPServer):
    """A web server on this machine that answers as a test tells it, and remembers what it was asked."""

    daemon_threads = True

    def __init__(self) -> None:
        self.answers: dict[str, Answer] = {}
        self.asked: list[str] = []
        super().__init__(("127.0.0.1", 0), _Handler)

    def url(self, path: str, host: str = "localhost", scheme: str = "http") -> str:
        return f"{scheme}://{host}:{self.server_port}{path}"

    def sends(self, path: str, body: bytes, **headers: str) -> None:
        self.answers[path] = lambda request: _send(request, 200, body, headers)

    def redirects(self, path: str, location: str) -> None:
        self.answers[path] = lambda request: _send(request, 302, b"", {"Location": location})

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up is what these tests are about."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        assert isinstance(self.server, Server)
        self.server.asked.append(self.path)
        answer = self.server.answers.get(self.path.partition("?")[0])
        if answer is None:
            _send(self, 404, b"no such file", {})
            return
        answer(self)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        """Quiet."""


def _send(request: BaseHTTPRequestHandler, status: int, body: bytes, headers: dict[str, str]) -> None:
    request.send_response(status)
    for name, value in {"Content-Length": str(len(body)), **headers}.items():
        request.send_header(name.replace("_", "-"), value)
    request.end_headers()
    request.wfile.write(body)


@pytest.fixture
def server() -> Iterator[Server]:
    with Server() as running:
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield running
        running.shutdown()
        thread.join()


def fetch(url: str, *allowed_hosts: str, limits: Limits | None = None) -> bytes:
    target = io.BytesIO()
    fetched = download(url, target, allowed_hosts=allowed_hosts or ("localhost",), limits=limits)
    content = target.getvalue()
    assert fetched.size == len(content)
    assert fetched.sha256 == hashlib.sha256(content).hexdigest()
    return content


def refusal(url: str, *allowed_hosts: str, limits: Limits | None = None) -> DownloadError:
    with pytest.raises(DownloadError) as caught:
        fetch(url, *allowed_hosts, limits=limits)
    return caught.value


def test_a_file_is_fetched_with_its_size_and_sha256(server: Server) -> None:
    server.sends("/penguins.csv", CSV)
    assert fetch(server.url("/penguins.csv?version=2")) == CSV
    assert server.asked == ["/penguins.csv?version=2"]


def test_a_redirect_is_followed(server: Server) -> None:
    server.redirects("/latest", "/penguins.csv")
    server.sends("/penguins.csv", CSV)
    assert fetch(server.url("/latest")) == CSV


def test_a_private_address_is_refused_before_a_connection_is_made(server: Server) -> None:
    error = refusal(server.url("/penguins.csv"), "another.host")
    assert "localhost is 127.0.0.1, which is not a public address" in str(error)
    assert "allowed_hosts=['localhost']" in str(error)
    assert not error.retriable
    assert server.asked == []


def test_a_redirect_to_a_private_address_is_refused(server: Server) -> None:
    server.redirects("/latest", server.url("/penguins.csv", host="127.0.0.1"))
    error = refusal(server.url("/latest"))
    assert "127.0.0.1 is 127.0.0.1, which is not a public address" in str(error)
    assert server.asked == ["/latest"]


def test_a_redirect_to_the_clouds_metadata_service_is_refused(server: Server) -> None:
    server.redirects("/latest", "http://169.254.169.254/metadata/instance")
    assert "169.254.169.254, which is not a public address" in str(refusal(server.url("/latest")))


def test_a_redirect_to_a_file_is_refused(server: Server) -> None:
    server.redirects("/latest", "file:///etc/passwd")
    assert "only http and https URLs are fetched" in str(refusal(server.url("/latest")))


def test_redirects_in_a_circle_end(server: Server) -> None:
    server.redirects("/a", "/a")
    assert "redirects more than 2 times" in str(refusal(server.url("/a"), limits=Limits(redirects=2)))
    assert server.asked == ["/a"] * 3


def test_a_redirect_without_a_target_is_refused(server: Server) -> None:
    server.answers["/latest"] = lambda request: _send(request, 302, b"", {})
    assert "answered 302 without saying where to go" in str(refusal(server.url("/latest")))


def test_the_connection_goes_to_the_address_that_was_checked(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    lookups: list[str] = []
    resolve = socket.getaddrinfo

    def rebinding(host: str, port: int, *args: int, **options: int) -> list[object]:
        if host == "rebinding.test":
            lookups.append(host)
            host = "127.0.0.1" if len(lookups) == 1 else "203.0.113.1"
        return list(resolve(host, port, *args, **options))

    monkeypatch.setattr(socket, "getaddrinfo", rebinding)
    server.sends("/penguins.csv", CSV)
    assert fetch(server.url("/penguins.csv", host="rebinding.test"), "rebinding.test") == CSV
    assert lookups == ["rebinding.test"]


def test_addresses_are_tried_in_turn_until_one_answers(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    resolve = socket.getaddrinfo

    def two(host: str, port: int, *args: int, **options: int) -> list[object]:
        # Nobody listens on the first.
        hosts = ("127.0.0.2", "127.0.0.1") if host == "two.test" else (host,)
        return [entry for each in hosts for entry in resolve(each, port, *args, **options)]

    monkeypatch.setattr(socket, "getaddrinfo", two)
    server.sends("/penguins.csv", CSV)
    assert fetch(server.url("/penguins.csv", host="two.test"), "two.test") == CSV


def test_one_private_address_among_public_ones_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    found = [
        (socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 80)) for address in ("8.8.8.8", "10.0.0.1")
    ]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: found)
    assert "mixed.test is 10.0.0.1" in str(refusal("http://mixed.test/penguins.csv"))


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.1.2.3",
        "172.16.0.1",
        "192.168.0.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",  # noqa: S104 - refused, not bound
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1",
        "fc00::1",
        "ff02::1",
        "::ffff:127.0.0.1",
        "2002:7f00:1::",
        "64:ff9b::7f00:1",
        "2001:0:4136:e378:8000:63bf:80ff:fffe",
    ],
)
def test_no_private_address_passes_as_public(address: str) -> None:
    assert not is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700::1111", "64:ff9b::808:808"])
def test_public_addresses_pass(address: str) -> None:
    assert is_public(ipaddress.ip_address(address))


def test_a_status_other_than_200_is_an_error_with_url_and_status(server: Server) -> None:
    error = refusal(server.url("/missing.csv?sig=secret"))
    assert str(error) == f"{server.url('/missing.csv')} answered 404 Not Found"
    assert not error.retriable


def test_a_fault_of_the_server_is_worth_another_try(server: Server) -> None:
    server.answers["/penguins.csv"] = lambda request: _send(request, 503, b"", {})
    assert refusal(server.url("/penguins.csv")).retriable


def test_a_file_announced_as_too_long_is_not_read(server: Server) -> None:
    server.sends("/penguins.csv", CSV)
    message = str(refusal(server.url("/penguins.csv"), limits=Limits(size=10)))
    assert f"has {len(CSV)} bytes, more than the 10 allowed" in message


def test_a_file_of_unknown_length_is_cut_at_the_limit(server: Server) -> None:
    def endless(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.send_header("Transfer-Encoding", "chunked")
        request.end_headers()
        while True:
            request.wfile.write(b"1000\r\n" + b"x" * 4096 + b"\r\n")

    server.answers["/endless.csv"] = endless
    message = str(refusal(server.url("/endless.csv"), limits=Limits(size=100_000)))
    assert "more than the 100000 bytes allowed" in message


def test_a_file_that_trickles_in_is_given_up(server: Server) -> None:
    hung_up = threading.Event()

    def trickle(request: BaseHTTPRequestHandler) -> None:
        request.send_response(200)
        request.end_headers()
        try:
            while not hung_up.wait(0.02):
                request.wfile.write(b"x")
        except OSError:
            hung_up.set()

    server.answers["/slow.csv"] = trickle
    error = refusal(server.url("/slow.csv"), limits=Limits(seconds=0.3))
    assert "was not complete after 0.3 s" in str(error)
    assert hung_up.wait(300)


def test_headers_that_trickle_in_are_given_up(server: Server) -> None:
    hung_up = threading.Event()

    def trickle(request: BaseHTTPRequestHandler) -> None:
        try:
            request.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
            while not hung_up.wait(0.02):
                request.wfile.write(b"x")
        except OSError:
            hung_up.set()

    server.answers["/slow.csv"] = trickle
    assert "was not complete after 0.3 s" in str(refusal(server.url("/slow.csv"), limits=Limits(seconds=0.3)))
    assert hung_up.wait(300)


def test_a_connection_that_breaks_is_an_error_worth_another_try(server: Server) -> None:
    def hang_up(request: BaseHTTPRequestHandler) -> None:
        _send(request, 200, CSV[:5], {"Content-Length": "99"})
        request.close_connection = True

    server.answers["/penguins.csv"] = hang_up
    assert refusal(server.url("/penguins.csv")).retriable


def test_nobody_listening_is_an_error_worth_another_try(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        url = f"http://localhost:{bound.getsockname()[1]}/penguins.csv"
        for name in [name for name in os.environ if name.lower().endswith("_proxy")]:
            monkeypatch.delenv(name)
        error = refusal(url)
        assert error.retriable
        assert "proxies" not in str(error)
        monkeypatch.setenv("HTTPS_PROXY", "http://proxy.test:3128")
        assert "fetched past the proxies that the environment names" in str(refusal(url))


def test_compressed_content_is_refused_so_that_no_bomb_is_unpacked(server: Server) -> None:
    server.sends("/penguins.csv", CSV, Content_Encoding="gzip")
    assert "Content-Encoding 'gzip'" in str(refusal(server.url("/penguins.csv")))


@pytest.mark.parametrize(
    "url", ["ftp://localhost/x", "http:///x", "http://localhost:99999/x", "http://localhost/a b", "data.csv"]
)
def test_what_is_no_web_address_is_refused(url: str) -> None:
    assert not refusal(url).retriable


def test_a_url_is_shown_without_what_may_be_secret() -> None:
    assert redacted("https://me:pw@example.com:8443/a/b.csv?sig=abc#x") == "https://example.com:8443/a/b.csv"


def test_a_local_file_has_the_same_limit_of_size(tmp_path: Path) -> None:
    path = tmp_path / "penguins.csv"
    path.write_bytes(CSV)
    assert copy_file(path, io.BytesIO()).sha256 == hashlib.sha256(CSV).hexdigest()
    with pytest.raises(DownloadError, match=r"penguins\.csv has more than the 5 bytes allowed"):
        copy_file(path, io.BytesIO(), limits=Limits(size=5))


def _certificate(folder: Path, host: str) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "test")])
    now = datetime.now(UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(host)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    plain = serialization.NoEncryption()
    pem = serialization.Encoding.PEM
    path = folder / f"{host}.pem"
    path.write_bytes(
        key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain) + certificate.public_bytes(pem)
    )
    return path


@pytest.mark.parametrize(("certified", "trusted"), [("localhost", True), ("another.host", False)])
def test_the_host_name_is_verified_though_the_address_is_fixed(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, certified: str, trusted: bool
) -> None:
    certificate = _certificate(tmp_path, certified)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    server.sends("/penguins.csv", CSV)
    url = server.url("/penguins.csv", scheme="https")
    if trusted:
        assert fetch(url) == CSV
        return
    assert "certificate verify failed: Hostname mismatch" in str(refusal(url))


def test_a_redirect_from_https_to_http_is_refused(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate = _certificate(tmp_path, "localhost")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    server.redirects("/latest", server.url("/penguins.csv"))
    assert "redirects from https to" in str(refusal(server.url("/latest", scheme="https")))
