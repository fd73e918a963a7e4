"""Which container engine will do, and what `make compose-test` says where there is none."""

from pathlib import Path

import pytest

from local_stack.compose.__main__ import main
from local_stack.compose.engine import HOW_TO_GET_IT, EngineError, release, require_engine
from tests.fast.local_stack.compose.docker_command import docker_command


@pytest.mark.parametrize(
    ("version", "numbers"),
    [("26.1.5+dfsg1\n", (26, 1)), ("v2.21.0", (2, 21)), ("9", (9, 0)), ("", (0, 0)), ("dev", (0, 0))],
)
def test_the_versions_of_engine_and_compose_are_read(version: str, numbers: tuple[int, int]) -> None:
    assert release(version) == numbers


def test_a_compose_that_is_too_old_is_told_from_one_that_will_do(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")
    docker_command(tmp_path, '[ "$1" = version ] && echo 25.0.1 || echo 2.20.3')
    with pytest.raises(EngineError, match=r"too old: 2\.20\.3"):
        require_engine()
    docker_command(tmp_path, '[ "$1" = version ] && echo 25.0.1 || echo 2.24.0')
    require_engine()


def test_without_docker_the_test_says_how_to_get_it_and_fails(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path_factory.mktemp("nothing")))
    with pytest.raises(EngineError, match="no `docker` command"):
        require_engine()
    assert main() == 2
    assert HOW_TO_GET_IT in capsys.readouterr().err
