"""Airflow's own folder, as it is prepared for a start."""

import json
from configparser import ConfigParser
from pathlib import Path

import pytest

from local_stack.services.airflow_home import PASSWORD_FILE, AirflowHome


def configuration(folder: Path) -> ConfigParser:
    parser = ConfigParser(interpolation=None)
    parser.read(folder / "airflow.cfg")
    return parser


def test_password_and_keys_are_kept_from_start_to_start(tmp_path: Path) -> None:
    password = AirflowHome(tmp_path, port=8080).prepare()
    key = configuration(tmp_path)["api"]["secret_key"]
    assert AirflowHome(tmp_path, port=8081).prepare() == password
    assert configuration(tmp_path)["api"]["secret_key"] == key
    assert configuration(tmp_path)["api"]["base_url"] == "http://127.0.0.1:8081"
    assert json.loads((tmp_path / PASSWORD_FILE).read_text()) == {"admin": password}


def test_two_homes_share_no_secret(tmp_path: Path) -> None:
    assert AirflowHome(tmp_path / "a", 8080).prepare() != AirflowHome(tmp_path / "b", 8080).prepare()


def test_files_with_secrets_are_their_owner_s_alone(tmp_path: Path) -> None:
    AirflowHome(tmp_path, port=8080).prepare()
    for name in ("airflow.cfg", "secrets.json", PASSWORD_FILE):
        assert (tmp_path / name).stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("schedules", [True, False])
def test_dags_are_paused_at_first_exactly_where_schedules_run(tmp_path: Path, schedules: bool) -> None:
    AirflowHome(tmp_path, port=8080, schedules=schedules).prepare()
    found = configuration(tmp_path)
    assert found.getboolean("core", "dags_are_paused_at_creation") is schedules
    assert found.getboolean("scheduler", "use_job_schedule") is schedules


def test_settings_of_another_installation_are_not_inherited(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AIRFLOW__CORE__EXECUTOR", "CeleryExecutor")
    monkeypatch.setenv("AIRFLOW_HOME", "/somewhere/else")
    environment = AirflowHome(tmp_path, port=8080).environment()
    assert "AIRFLOW__CORE__EXECUTOR" not in environment
    assert environment["AIRFLOW_HOME"] == str(tmp_path)
