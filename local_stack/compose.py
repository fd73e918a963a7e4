"""One project of docker-compose.yaml, by `docker compose`."""

import json
import re
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local_stack.environments import PROJECT

# Health checks have a `start_interval` from this version on.
OLDEST_ENGINE = 25
HOW_TO_GET_IT = (
    f"Docker Engine {OLDEST_ENGINE} or newer with its Compose plugin is needed: Docker Desktop on macOS and "
    "Windows; on Linux see https://docs.docker.com/engine/install/ and start it (`systemctl start docker`)."
)
_UNITS = {"B": 1, "KiB": 2**10, "MiB": 2**20, "GiB": 2**30}


class EngineError(Exception):
    """There is no container engine that can run the stack; the text says how to get one."""

    def __init__(self, found: str) -> None:
        super().__init__(f"{found}\n{HOW_TO_GET_IT}")


class ComposeError(Exception):
    """`docker compose` failed; the text ends with the end of what it said."""


def require_engine() -> None:
    """Raise `EngineError` unless an engine that is new enough answers, and Compose is there."""
    try:
        asked = _docker("version", "--format", "{{.Server.Version}}")
    except FileNotFoundError as error:
        raise EngineError("There is no `docker` command here.") from error
    if asked.returncode:
        raise EngineError(f"No container engine answers: {asked.stderr.strip()}")
    if major(asked.stdout) < OLDEST_ENGINE:
        raise EngineError(f"The container engine is too old: {asked.stdout.strip()}.")
    if _docker("compose", "version").returncode:
        raise EngineError("`docker compose` is missing.")


def major(version: str) -> int:
    """The first number of a version (26.1.5+dfsg1 is 26), 0 if it has none."""
    found = re.match(r"\d+", version.strip())
    return int(found[0]) if found else 0


def _docker(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["docker", *arguments], capture_output=True, text=True, cwd=PROJECT, check=False)  # noqa: S607


@dataclass(frozen=True)
class Container:
    """A container of the project; `addresses` are those on which its ports are published."""

    container_id: str
    name: str
    service: str
    state: str
    health: str
    exit_code: int
    addresses: frozenset[str]

    @property
    def works(self) -> bool:
        """Whether it is healthy, or has done what it was for."""
        return self.health == "healthy" or (self.state == "exited" and self.exit_code == 0)


@dataclass(frozen=True)
class Compose:
    """A project of its own name, with the settings of an env file."""

    project: str
    env_file: Path

    def __call__(self, *arguments: str) -> str:
        """What `docker compose` answers; `ComposeError` if it fails."""
        done = _docker(
            "compose", "--env-file", str(self.env_file), "--project-name", self.project, *arguments
        )
        if done.returncode:
            end = "\n".join(done.stderr.splitlines()[-30:])
            raise ComposeError(f"docker compose {' '.join(arguments)} failed ({done.returncode}):\n{end}")
        return done.stdout

    def containers(self) -> list[Container]:
        """All containers of the project, those that have ended included."""
        return [container(json.loads(line)) for line in self("ps", "--all", "--format", "json").splitlines()]

    def memory(self) -> dict[str, int]:
        """The bytes that each service's containers hold, as `docker stats` counts them."""
        services = {each.name: each.service for each in self.containers() if each.state == "running"}
        shown = _docker("stats", "--no-stream", "--format", "json", *services).stdout.splitlines()
        held: dict[str, int] = {}
        for line in map(json.loads, shown):
            service = services[line["Name"]]
            held[service] = held.get(service, 0) + held_bytes(line["MemUsage"])
        return held

    def kill(self, killed: Container) -> None:
        """Kill a container as the kernel would: its processes have no last word."""
        if (done := _docker("kill", killed.container_id)).returncode:
            raise ComposeError(done.stderr.strip())

    def left(self) -> list[str]:
        """The containers, volumes and networks that the engine still has of this project."""
        return list(self._left())

    def _left(self) -> Iterator[str]:
        label = f"label=com.docker.compose.project={self.project}"
        kinds = {"container": ["ps", "--all"], "volume": ["volume", "ls"], "network": ["network", "ls"]}
        for kind, command in kinds.items():
            for name in _docker(*command, "--quiet", "--filter", label).stdout.split():
                yield f"{kind} {name}"


def container(shown: Mapping[str, Any]) -> Container:
    """A container from a line of `docker compose ps --format json`."""
    published = shown.get("Publishers") or []
    return Container(
        container_id=shown["ID"],
        name=shown["Name"],
        service=shown["Service"],
        state=shown["State"],
        health=shown["Health"],
        exit_code=shown["ExitCode"],
        addresses=frozenset(each["URL"] for each in published if each.get("PublishedPort")),
    )


def held_bytes(usage: str) -> int:
    """Bytes from what `docker stats` shows as memory, "241.9MiB / 1GiB"; ValueError for anything else."""
    found = re.match(r"([\d.]+)([KMG]?i?B) /", usage)
    if found is None or found[2] not in _UNITS:
        raise ValueError(f"not a memory usage of docker stats: {usage!r}")
    return int(float(found[1]) * _UNITS[found[2]])
