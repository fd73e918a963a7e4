"""What `make compose-test` reads of Docker's output, and what it says where there is no Docker."""

import pytest

from local_stack import compose_test
from local_stack.compose import HOW_TO_GET_IT, EngineError, container, held_bytes, major, require_engine

SHOWN = {
    "ID": "5b991451ad3d",
    "Name": "rookery-api-server-1",
    "Service": "api-server",
    "State": "running",
    "Health": "healthy",
    "ExitCode": 0,
    "Publishers": [
        {"URL": "127.0.0.1", "TargetPort": 8080, "PublishedPort": 18790, "Protocol": "tcp"},
        {"URL": "", "TargetPort": 8793, "PublishedPort": 0, "Protocol": "tcp"},
    ],
}


@pytest.mark.parametrize(
    ("shown", "held"),
    [
        ("0B / 0B", 0),
        ("9.5KiB / 128MiB", 9728),
        ("241.5MiB / 1GiB", 253231104),
        ("1.5GiB / 4GiB", 1610612736),
    ],
)
def test_memory_is_read_in_bytes(shown: str, held: int) -> None:
    assert held_bytes(shown) == held


@pytest.mark.parametrize("shown", ["", "--", "12 / 1GiB", "12XiB / 1GiB"])
def test_what_is_no_memory_is_not_read_as_some(shown: str) -> None:
    with pytest.raises(ValueError, match="docker stats"):
        held_bytes(shown)


def test_only_published_ports_have_an_address() -> None:
    assert container(SHOWN).addresses == {"127.0.0.1"}
    assert container(SHOWN | {"Publishers": None}).addresses == frozenset()


@pytest.mark.parametrize(
    ("changed", "works"),
    [
        ({}, True),
        ({"Health": "starting"}, False),
        ({"Health": "unhealthy"}, False),
        ({"Health": ""}, False),  # a service that has no check promises nothing
        ({"Health": "", "State": "exited"}, True),
        ({"Health": "", "State": "exited", "ExitCode": 1}, False),
    ],
)
def test_a_container_works_when_it_is_healthy_or_has_done_its_work(
    changed: dict[str, object], works: bool
) -> None:
    assert container(SHOWN | changed).works is works


@pytest.mark.parametrize(("version", "number"), [("26.1.5+dfsg1\n", 26), ("9.0", 9), ("", 0), ("dev", 0)])
def test_the_engines_version_is_read(version: str, number: int) -> None:
    assert major(version) == number


def test_without_docker_the_test_says_how_to_get_it_and_fails(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path_factory.mktemp("nothing")))
    with pytest.raises(EngineError, match="no `docker` command"):
        require_engine()
    assert compose_test.main() == 2
    assert HOW_TO_GET_IT in capsys.readouterr().err
