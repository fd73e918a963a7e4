"""Where the server may listen, and what it must be told for that."""

import pytest

from local_workspace.server.addresses import (
    AddressError,
    checked_host,
    checked_names,
    checked_url,
)
from local_workspace.settings import own_address

EVERYWHERE = "0.0.0.0"  # noqa: S104 - what a container listens on


@pytest.mark.parametrize("host", ["127.0.0.1", "127.0.0.2"])
def test_a_loopback_address_needs_neither_names_nor_token(host: str) -> None:
    assert checked_host(host, (), has_token=False) == host


@pytest.mark.parametrize("host", [EVERYWHERE, "172.18.0.2"])
def test_another_address_needs_names_and_a_token(host: str) -> None:
    assert checked_host(host, ("workspace",), has_token=True) == host
    with pytest.raises(AddressError, match="--allowed-host NAME"):
        checked_host(host, (), has_token=True)
    with pytest.raises(AddressError, match="LOCAL_WORKSPACE_TOKEN"):
        checked_host(host, ("workspace",), has_token=False)


@pytest.mark.parametrize("host", ["localhost", "::", "", "1.2.3.4.5", "127.0.0.1:80"])
def test_what_is_no_address_is_refused(host: str) -> None:
    with pytest.raises(AddressError, match="IPv4 address"):
        checked_host(host, ("workspace",), has_token=True)


def test_names_are_compared_in_lower_case() -> None:
    assert checked_names(["Workspace", "local_ws", "a.b-c.test"]) == ("workspace", "local_ws", "a.b-c.test")


@pytest.mark.parametrize("name", ["*", "*.test", "workspace:80", "a b", "", "http://a", "-a", "a/"])
def test_what_is_no_host_name_is_refused(name: str) -> None:
    with pytest.raises(AddressError, match="host name without port or wildcard"):
        checked_names([name])


def test_a_public_url_is_an_origin() -> None:
    assert checked_url("") == ""
    assert checked_url("http://localhost:8765/") == "http://localhost:8765"


@pytest.mark.parametrize(
    "url", ["localhost:8765", "ftp://a", "http://", "http://[", "http://a/b", "http://u@a", "http://a:x"]
)
def test_what_is_no_origin_is_refused(url: str) -> None:
    with pytest.raises(AddressError, match="--public-url"):
        checked_url(url)


def test_the_workspace_reaches_itself_wherever_it_listens() -> None:
    assert own_address(EVERYWHERE) == "127.0.0.1"
    assert own_address("172.18.0.2") == "172.18.0.2"
