"""Spark's Java classes, parsed and verified beforehand: a driver that has them starts in half the time.

This is Java's class data sharing (https://openjdk.org/jeps/350): an archive written at the end of a trial run
(`local_workspace.warm_up`) and mapped by every later JVM with the same classes. It is an accelerator only:
Java ignores an archive that does not fit, and without one a driver just starts slower.
"""

import hashlib
import subprocess
import sys
from pathlib import Path

from local_workspace.clusters.runtimes.environments import OWN, Environment

FOLDER = Path(sys.prefix) / "var" / "local-workspace"


def archive_file(java: Path, environment: Environment = OWN) -> Path:
    """The archive of an environment's Spark for this Java."""
    return FOLDER / f"spark-{environment.versions['pyspark']}-{_identity(java)}.jsa"


def base_file(java: Path) -> Path:
    """The archive of Java's own classes that the other one builds on; slim runtimes come without it."""
    return FOLDER / f"java-{_identity(java)}.jsa"


def _identity(java: Path) -> str:
    """A short name of one installed Java: another one, or a newer one in its place, has another."""
    home = java.resolve().parent.parent
    release = home / "release"
    text = release.read_text(errors="replace") if release.is_file() else ""
    return hashlib.sha256(f"{home}\n{text}".encode()).hexdigest()[:12]


def java_options(java: Path, environment: Environment = OWN) -> list[str]:
    """What makes a JVM use the archive, if there is one."""
    archive = archive_file(java, environment)
    return [f"-XX:SharedArchiveFile={archive}", "-Xshare:auto"] if archive.exists() else []


def recording_options(java: Path, recorded: Path) -> list[str]:
    """What makes a JVM write an archive of the classes it used to `recorded` when it ends."""
    return [f"-XX:SharedArchiveFile={base_file(java)}", f"-XX:ArchiveClassesAtExit={recorded}"]


def write_base(java: Path) -> None:
    """Write the base archive; `subprocess.CalledProcessError` if Java cannot."""
    base = base_file(java)
    base.parent.mkdir(parents=True, exist_ok=True)
    if not base.exists():
        subprocess.run(
            [java, "-Xshare:dump", f"-XX:SharedArchiveFile={base}"], check=True, capture_output=True
        )
