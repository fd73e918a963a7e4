"""What `make compose-test` reads of Docker's output, and what it says where there is no Docker."""

from pathlib import Path

import pytest

from local_stack import compose_test
from local_stack.compose import (
    HOW_TO_GET_IT,
    Compose,
    EngineError,
    container,
    held_bytes,
    release,
    require_engine,
)
from local_stack.env_file import write

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


@pytest.mark.parametrize(
    ("version", "numbers"),
    [("26.1.5+dfsg1\n", (26, 1)), ("v2.21.0", (2, 21)), ("9", (9, 0)), ("", (0, 0)), ("dev", (0, 0))],
)
def test_the_versions_of_engine_and_compose_are_read(version: str, numbers: tuple[int, int]) -> None:
    assert release(version) == numbers


def command(folder: Path, script: str) -> None:
    """A `docker` command that does what the script says."""
    file = folder / "docker"
    file.write_text(f"#!/bin/sh\n{script}\n")
    file.chmod(0o755)


def test_a_compose_that_is_too_old_is_told_from_one_that_will_do(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")
    command(tmp_path, '[ "$1" = version ] && echo 25.0.1 || echo 2.20.3')
    with pytest.raises(EngineError, match=r"too old: 2\.20\.3"):
        require_engine()
    command(tmp_path, '[ "$1" = version ] && echo 25.0.1 || echo 2.24.0')
    require_engine()


def test_the_test_has_its_settings_from_its_own_file_alone(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    write(tmp_path / "env", {})
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")
    monkeypatch.setenv("POSTGRES_PASSWORD", "of the shell")
    monkeypatch.setenv("COMPOSE_FILE", "another.yaml")
    monkeypatch.setenv("DOCKER_HOST", "tcp://127.0.0.1:9")
    command(tmp_path, 'env; echo "$@"')
    seen = Compose("rookery-test", tmp_path / "env", "test")("config").splitlines()
    assert "DOCKER_HOST=tcp://127.0.0.1:9" in seen
    assert not [line for line in seen if line.startswith(("POSTGRES_PASSWORD", "COMPOSE_"))]
    assert "--file docker-compose.yaml" in seen[-1]


def test_images_that_are_left_are_found(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")
    command(tmp_path, 'case "$*" in *reference=*:test-1) echo rookery-airflow:test-1;; esac')
    assert Compose("rookery-test", tmp_path / "env", "test-1").left() == ["image rookery-airflow:test-1"]


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
