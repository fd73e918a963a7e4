"""A `docker` command of the test's own, found first on a PATH that begins with its folder."""

from pathlib import Path


def docker_command(folder: Path, script: str) -> None:
    """A `docker` command that does what the script says."""
    file = folder / "docker"
    file.write_text(f"#!/bin/sh\n{script}\n")
    file.chmod(0o755)
