"""The settings of the container stack: `.env.example`, and the `.env` that is made from it."""

import stat
from pathlib import Path

import pytest

from local_stack.compose.env_file import EXAMPLE, filled, main, names, write

TEXT = "# a comment\nPOSTGRES_PASSWORD=\nAIRFLOW_PORT=8080\n# ONLY_SOMETIMES='{\"a\": 1}'\n"


def settings(text: str) -> dict[str, str]:
    return dict(line.split("=", 1) for line in text.splitlines() if line and not line.startswith("#"))


def test_an_empty_setting_gets_a_new_secret_and_others_keep_their_values() -> None:
    first, second = settings(filled(TEXT, {})), settings(filled(TEXT, {}))
    assert first["AIRFLOW_PORT"] == "8080"
    assert len(first["POSTGRES_PASSWORD"]) == 64
    assert first["POSTGRES_PASSWORD"] != second["POSTGRES_PASSWORD"]


def test_comments_stay_as_they_are() -> None:
    lines = filled(TEXT, {}).splitlines()
    assert [line for line in lines if line.startswith("#")] == [
        "# a comment",
        "# ONLY_SOMETIMES='{\"a\": 1}'",
    ]


def test_a_chosen_value_wins_over_the_examples() -> None:
    assert settings(filled(TEXT, {"AIRFLOW_PORT": "9090"}))["AIRFLOW_PORT"] == "9090"


def test_a_chosen_setting_that_the_example_does_not_know_is_refused() -> None:
    with pytest.raises(KeyError, match="AIRFLOW_PROT"):
        filled(TEXT, {"AIRFLOW_PROT": "9090"})


def test_airflow_accepts_the_fernet_key(tmp_path: Path) -> None:
    from cryptography.fernet import Fernet

    key = write(tmp_path / "env", {})["AIRFLOW_FERNET_KEY"]
    assert Fernet(key).decrypt(Fernet(key).encrypt(b"a token")) == b"a token"


def test_the_file_has_every_setting_and_is_its_owners_alone(tmp_path: Path) -> None:
    target = tmp_path / ".env"
    assert main([str(target)]) == 0
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    written = settings(target.read_text())
    assert list(written) == names(EXAMPLE.read_text())
    assert all(written.values())


def test_the_secrets_of_a_file_that_is_there_stay(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / ".env"
    main([str(target)])
    before = target.read_text()
    assert main([str(target)]) == 1
    assert target.read_text() == before
    assert "nothing written" in capsys.readouterr().err
