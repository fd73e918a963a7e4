"""The executors of a cluster with workers: processes that the driver's own standalone Spark starts.

Spark's `local-cluster` master starts them with the `java` of JAVA_HOME and works in `work/` of SPARK_HOME.
Both are made for each cluster, in its folder: a `java` that is the driver's, a home with links to Spark's.
"""

import secrets
import shlex
import shutil
from pathlib import Path

_JAVA = """#!/bin/sh
# Starts an executor: without the Java module that slim runtimes lack, and with the driver's class path.
for argument; do
    shift
    if [ -n "$path_follows" ]; then path_follows=; continue; fi
    case $argument in
        -cp) path_follows=yes ;;
        --add-modules=jdk.incubator.vector) ;;
        *) set -- "$@" "$argument" ;;
    esac
done
exec {command} "$@"
"""
# Master and workers have pages, which show what executors print and cannot be turned off. As a filter before
# them, an application of Jersey without any resource answers every request with 404, on Spark 3 and 4 alike.
_NOTHING_TO_SEE = "org.glassfish.jersey.servlet.ServletContainer"


def write_homes(folder: Path, spark_home: Path, java_command: list[str]) -> dict[str, str]:
    """Make the two homes below a cluster's folder; the driver's variables that lead to them.

    `java_command`: Java with the options that every executor gets.
    """
    homes = _homes(folder)
    remove_homes(folder)
    for home in homes.values():
        home.mkdir(parents=True)
    for part in ("bin", "jars", "python"):
        (homes["SPARK_HOME"] / part).symlink_to(spark_home / part)
    java = homes["JAVA_HOME"] / "bin" / "java"
    java.parent.mkdir()
    java.write_text(_JAVA.format(command=shlex.join(java_command)))
    java.chmod(0o700)
    return {name: str(home) for name, home in homes.items()}


def remove_homes(folder: Path) -> None:
    """Remove them with all that executors have left there."""
    for home in _homes(folder).values():
        shutil.rmtree(home, ignore_errors=True)


def log_ends(folder: Path, characters: int = 2000) -> str:
    """The end of what each executor has written, for an error's text."""
    logs = sorted((_homes(folder)["SPARK_HOME"] / "work").glob("*/*/stderr"))
    return "\n".join(log.read_text(errors="replace")[-characters:] for log in logs)


def executor_conf() -> dict[str, str]:
    """What keeps others on this machine from the ports of the driver, its master and its workers."""
    return {
        "spark.authenticate": "true",
        "spark.authenticate.secret": secrets.token_hex(32),
        "spark.ui.filters": _NOTHING_TO_SEE,
    }


def _homes(folder: Path) -> dict[str, Path]:
    return {"SPARK_HOME": folder / "spark", "JAVA_HOME": folder / "java"}
