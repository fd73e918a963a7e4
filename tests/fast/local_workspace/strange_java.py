"""A Java with a fault: what a driver's start meets when its JVM hangs or breaks."""

from pathlib import Path

STUCK = "exec sleep 600"


def strange_java(home: Path, script: str) -> Path:
    """A Java home whose `java` is a shell script; for JAVA_HOME."""
    (home / "bin").mkdir(parents=True)
    java = home / "bin" / "java"
    java.write_text(f"#!/bin/sh\n{script}\n")
    java.chmod(0o755)
    (home / "release").write_text('JAVA_VERSION="17.0.9"\n')
    return home
