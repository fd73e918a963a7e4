"""`make screenshots` needs a browser of the system and says so."""

from pathlib import Path

import pytest

from local_stack.pictures.chromium import NoChromiumError, chromium


def program(folder: Path, name: str) -> Path:
    file = folder / name
    file.write_text("#!/bin/sh\n")
    file.chmod(0o700)
    return file


def test_without_a_browser_the_message_says_how_to_get_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CHROMIUM", raising=False)
    with pytest.raises(NoChromiumError, match="apt install chromium"):
        chromium()


def test_the_browser_that_chromium_names_comes_before_the_one_on_the_path(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    on_the_path, named = program(tmp_path, "chromium"), program(tmp_path, "mine")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("CHROMIUM", raising=False)
    assert chromium() == str(on_the_path)
    monkeypatch.setenv("CHROMIUM", str(named))
    assert chromium() == str(named)
    monkeypatch.setenv("CHROMIUM", "/nowhere/chrome")
    with pytest.raises(NoChromiumError, match="/nowhere/chrome"):
        chromium()
