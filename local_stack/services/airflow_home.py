"""Airflow's own folder: configuration, secrets, metadata database.

All settings are in its `airflow.cfg`, so that Airflow's command line works on the same installation:

    AIRFLOW_HOME=<folder> .venv-airflow/bin/airflow backfill create …
"""

import json
import os
import secrets
import shutil
import sqlite3
import subprocess
from collections.abc import Mapping
from configparser import ConfigParser
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local_stack.environments import AIRFLOW, METADATA_DATABASE, PROJECT

USER = "admin"
PASSWORD_FILE = "simple_auth_manager_passwords.json.generated"  # noqa: S105

# Airflow imports this module when it starts (its documentation: "Local settings"). The scheduler forks its
# tasks, so what it has imported, no task imports again: about a second less for each of them. The DAG
# processor forks a process for each DAG file.
#
# Python's SQLite driver begins a transaction at the first write, and not at a SAVEPOINT. A backfill reads
# after one: if another process then writes, SQLite refuses the backfill's own write at once ("database is
# locked"), and what Airflow does about it deletes runs that the scheduler has in hand, which ends the latter.
#
# Python looks for garbage after every 700 new objects. A start of Airflow makes a million, and no garbage.
LOCAL_SETTINGS = """\
import gc
import sqlite3
import sys

from sqlalchemy import event
from sqlalchemy.engine import Engine

gc.set_threshold(10_000)


@event.listens_for(Engine, "savepoint")
def begin_before_savepoint(connection, name):
    driver = connection.connection.driver_connection
    if isinstance(driver, sqlite3.Connection) and not driver.in_transaction:
        driver.execute("BEGIN IMMEDIATE")


if "dag-processor" in sys.argv:
    import rookery.dag_factory.training
if "scheduler" in sys.argv:
    import airflow.providers.databricks.hooks.databricks
    import databricks.sdk
    import rookery.dag_factory.training
"""


@dataclass(frozen=True)
class AirflowHome:
    """Where Airflow keeps what it knows, and how it is set up there.

    With `schedules`, it is as users have it: DAGs are paused at first and start by schedule or asset once
    they are not. Without, DAGs are active and only runs that are triggered or backfilled start.
    """

    folder: Path
    port: int
    dags: Path = PROJECT / "dags"
    schedules: bool = False
    data: Path = PROJECT / "data"

    @property
    def url(self) -> str:
        """Where its API server answers, without a trailing slash."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def database(self) -> Path:
        """The metadata database."""
        return self.folder / "airflow.db"

    def prepare(self) -> str:
        """Write what Airflow needs for its start, keeping what earlier starts left; the user's password."""
        (self.folder / "config").mkdir(parents=True, exist_ok=True)
        (self.folder / "config" / "airflow_local_settings.py").write_text(LOCAL_SETTINGS)
        kept = self._secrets()
        _write_privately(self.folder / PASSWORD_FILE, json.dumps({USER: kept["password"]}))
        with _private(self.folder / "airflow.cfg").open("w") as file:
            self._configuration(kept).write(file)
        self._prepare_database()
        return kept["password"]

    def environment(self) -> dict[str, str]:
        """The environment of Airflow's processes, in which no setting of another installation is left."""
        inherited = {key: value for key, value in os.environ.items() if not key.startswith("AIRFLOW__")}
        # The scheduler starts its tasks' Python and `airflow` from the PATH.
        path = f"{AIRFLOW}{os.pathsep}{os.environ.get('PATH', '')}"
        return {
            **inherited,
            "AIRFLOW_HOME": str(self.folder),
            "PATH": path,
            "ROOKERY_DATA_FOLDER": str(self.data),
            # Airflow reads .airflowignore by a deprecated class, and says so in the log of every task.
            "PYTHONWARNINGS": "ignore:GitWildMatchPattern",
        }

    def _secrets(self) -> dict[str, str]:
        """Password and keys of the first start: a browser that is logged in stays so."""
        file = self.folder / "secrets.json"
        if not file.exists():
            lengths = {"password": 12, "secret_key": 48, "jwt_secret": 48}
            made = {name: secrets.token_urlsafe(length) for name, length in lengths.items()}
            _write_privately(file, json.dumps(made))
        kept: dict[str, str] = json.loads(file.read_text())
        return kept

    def _configuration(self, kept: Mapping[str, str]) -> ConfigParser:
        sections: dict[str, dict[str, Any]] = {
            "core": {
                "dags_folder": self.dags,
                "plugins_folder": PROJECT / "plugins",
                "load_examples": False,
                "executor": "LocalExecutor",
                "parallelism": 6,
                "dags_are_paused_at_creation": self.schedules,
                "execution_api_server_url": f"{self.url}/execution/",
                "simple_auth_manager_users": f"{USER}:admin",
                "fernet_key": "",
            },
            "api": {"base_url": self.url, "secret_key": kept["secret_key"], "workers": 1},
            "api_auth": {"jwt_secret": kept["jwt_secret"]},
            "database": {"sql_alchemy_conn": f"sqlite:///{self.database}?timeout=60"},
            # Each look of the scheduler costs processor time, for as long as Airflow runs.
            "scheduler": {
                "scheduler_idle_sleep_time": 0.5 if self.schedules else 0.2,
                "use_job_schedule": self.schedules,
            },
            # A new or changed file is read after 10 s at most, one that has not changed every two minutes.
            "dag_processor": {"refresh_interval": 10, "min_file_process_interval": 120},
            "logging": {"base_log_folder": self.folder / "logs", "logging_level": "WARNING"},
        }
        parser = ConfigParser(interpolation=None)
        parser.read_dict(
            {
                section: {key: str(value).replace("%", "%%") for key, value in keys.items()}
                for section, keys in sections.items()
            }
        )
        return parser

    def _prepare_database(self) -> None:
        if not self.database.exists():
            shutil.copy(METADATA_DATABASE, self.database)
        elif _schema(self.database) != _schema(METADATA_DATABASE):
            command = [str(AIRFLOW / "airflow"), "db", "migrate"]
            subprocess.run(command, env=self.environment(), check=True, stdout=subprocess.DEVNULL)


def _schema(database: Path) -> list[tuple[str]]:
    with closing(sqlite3.connect(database)) as connection:
        return connection.execute("SELECT version_num FROM alembic_version ORDER BY 1").fetchall()


def _private(file: Path) -> Path:
    file.touch(mode=0o600)
    return file


def _write_privately(file: Path, text: str) -> None:
    _private(file).write_text(text)
