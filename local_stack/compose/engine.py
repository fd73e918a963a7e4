"""The container engine, by its command: whether it can run the stack, and what it is asked."""

import re
import subprocess
from collections.abc import Mapping

from local_stack.environments import PROJECT

# Health checks have a `start_interval` from this engine on; `docker compose ps` lists containers line by line
# from this Compose on.
OLDEST_ENGINE = 25
OLDEST_COMPOSE = (2, 21)
HOW_TO_GET_IT = (
    f"Docker Engine {OLDEST_ENGINE} or newer with its Compose plugin is needed: Docker Desktop on macOS and "
    "Windows; on Linux see https://docs.docker.com/engine/install/ and start it (`systemctl start docker`)."
)
# The longest that a command may take: a first build, by a slow network.
COMMAND_SECONDS = 1800.0


class EngineError(Exception):
    """There is no container engine that can run the stack; the text says how to get one."""

    def __init__(self, found: str) -> None:
        super().__init__(f"{found}\n{HOW_TO_GET_IT}")


class ComposeError(Exception):
    """`docker compose` failed; the text ends with the end of what it said."""


def require_engine() -> None:
    """Raise `EngineError` unless an engine that is new enough answers, and Compose is there."""
    try:
        asked = docker("version", "--format", "{{.Server.Version}}")
    except FileNotFoundError as error:
        raise EngineError("There is no `docker` command here.") from error
    if asked.returncode:
        raise EngineError(f"No container engine answers: {asked.stderr.strip()}")
    if release(asked.stdout) < (OLDEST_ENGINE, 0):
        raise EngineError(f"The container engine is too old: {asked.stdout.strip()}.")
    asked = docker("compose", "version", "--short")
    if asked.returncode:
        raise EngineError("`docker compose` is missing.")
    if release(asked.stdout) < OLDEST_COMPOSE:
        raise EngineError(f"`docker compose` is too old: {asked.stdout.strip()}.")


def release(version: str) -> tuple[int, int]:
    """The first two numbers of a version: (26, 1) for 26.1.5+dfsg1, (0, 0) for what is none."""
    found = re.match(r"v?(\d+)(?:\.(\d+))?", version.strip())
    return (int(found[1]), int(found[2] or 0)) if found else (0, 0)


def docker(*arguments: str, environment: Mapping[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    """What `docker` answers; FileNotFoundError without the command, `ComposeError` if it does not end."""
    try:
        return subprocess.run(
            ["docker", *arguments],  # noqa: S607
            capture_output=True,
            text=True,
            cwd=PROJECT,
            check=False,
            env=environment,
            timeout=COMMAND_SECONDS,
        )
    except subprocess.TimeoutExpired as error:
        raise ComposeError(f"docker {' '.join(arguments)}: no end after {COMMAND_SECONDS:.0f} s") from error
