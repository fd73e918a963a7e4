"""What `make compose-test` reads of Docker's output, and whose settings it takes."""

from pathlib import Path

import pytest

from local_stack.compose.env_file import write
from local_stack.compose.project import Compose, container, held_bytes
from tests.fast.local_stack.compose.docker_command import docker_command

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


def test_the_test_has_its_settings_from_its_own_file_alone(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    write(tmp_path / "env", {})
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")
    monkeypatch.setenv("POSTGRES_PASSWORD", "of the shell")
    monkeypatch.setenv("COMPOSE_FILE", "another.yaml")
    monkeypatch.setenv("DOCKER_HOST", "tcp://127.0.0.1:9")
    docker_command(tmp_path, 'env; echo "$@"')
    seen = Compose("rookery-test", tmp_path / "env", "test")("config").splitlines()
    assert "DOCKER_HOST=tcp://127.0.0.1:9" in seen
    assert not [line for line in seen if line.startswith(("POSTGRES_PASSWORD", "COMPOSE_"))]
    assert "--file docker-compose.yaml" in seen[-1]


def test_images_that_are_left_are_found(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")
    docker_command(tmp_path, 'case "$*" in *reference=*:test-1) echo rookery-airflow:test-1;; esac')
    assert Compose("rookery-test", tmp_path / "env", "test-1").left() == ["image rookery-airflow:test-1"]
