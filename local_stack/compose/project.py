"""One project of docker-compose.yaml, by `docker compose`."""

import json
import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local_stack.compose.engine import ComposeError, docker
from local_stack.compose.env_file import names

_UNITS = {"B": 1, "KiB": 2**10, "MiB": 2**20, "GiB": 2**30}


def without_settings(environment: Mapping[str, str], settings: Iterable[str]) -> dict[str, str]:
    """An environment in which Compose finds nothing of a stack: there, it would win over the env file."""
    dropped = set(settings)
    return {
        name: value
        for name, value in environment.items()
        if name not in dropped and not name.startswith("COMPOSE_")
    }


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
    """A project of its own name, with the settings of an env file and a tag of its own for its images."""

    project: str
    env_file: Path
    tag: str

    def __call__(self, *arguments: str) -> str:
        """What `docker compose` answers; `ComposeError` if it fails."""
        # The file is named, since Compose would read somebody's docker-compose.override.yaml beside it.
        options = ["--file", "docker-compose.yaml", "--env-file", str(self.env_file)]
        done = docker(
            "compose",
            *options,
            "--project-name",
            self.project,
            *arguments,
            environment=without_settings(os.environ, names(self.env_file.read_text())),
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
        shown = docker("stats", "--no-stream", "--format", "json", *services).stdout.splitlines()
        held: dict[str, int] = {}
        for line in map(json.loads, shown):
            service = services[line["Name"]]
            held[service] = held.get(service, 0) + held_bytes(line["MemUsage"])
        return held

    def kill(self, killed: Container) -> None:
        """Kill a container for good: its processes have no last word, and Docker does not restart it."""
        if (done := docker("kill", killed.container_id)).returncode:
            raise ComposeError(done.stderr.strip())

    def crash(self, crashed: Container) -> None:
        """Kill a container's processes from within, as the kernel does without memory; it is restarted."""
        # Process 1 is spared there, and ends by itself when what it started has ended.
        self("exec", "--detach", crashed.service, "sh", "-c", "kill -9 -1")

    def restarts(self, of: Container) -> int:
        """How often Docker has started a container again because it had ended."""
        return int(docker("inspect", "--format", "{{.RestartCount}}", of.container_id).stdout)

    def remove(self) -> None:
        """Remove the project's containers, volumes and networks, and the images of its tag."""
        self("down", "--volumes", "--timeout", "20")
        images = self._images()
        if images and (done := docker("image", "rm", *images)).returncode:
            raise ComposeError(done.stderr.strip())

    def left(self) -> list[str]:
        """The containers, volumes, networks and images that the engine still has of this project."""
        return [*self._left(), *(f"image {name}" for name in self._images())]

    def _images(self) -> list[str]:
        command = [
            "image",
            "ls",
            "--format",
            "{{.Repository}}:{{.Tag}}",
            "--filter",
            f"reference=*:{self.tag}",
        ]
        return docker(*command).stdout.split()

    def _left(self) -> Iterator[str]:
        label = f"label=com.docker.compose.project={self.project}"
        kinds = {"container": ["ps", "--all"], "volume": ["volume", "ls"], "network": ["network", "ls"]}
        for kind, command in kinds.items():
            for name in docker(*command, "--quiet", "--filter", label).stdout.split():
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
