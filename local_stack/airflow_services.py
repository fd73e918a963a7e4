"""Airflow as a user runs it: API server, scheduler and DAG processor on a metadata database.

The in-process alternative, `dag.test()`, starts sooner but runs mapped tasks one after the other.
"""

import json
import os
import secrets
import shutil
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from subprocess import Popen
from typing import Any

import httpx

from local_stack.environments import AIRFLOW, METADATA_DATABASE, PROJECT
from local_stack.processes import ServiceError, interrupt, service
from local_stack.waiting import wait_for

USER = "admin"
PASSWORD_FILE = "simple_auth_manager_passwords.json.generated"  # noqa: S105

# Airflow imports this module when it starts (its documentation: "Local settings"). The scheduler forks its
# tasks, so what it has imported, no task imports again: about a second less for each of them.
LOCAL_SETTINGS = """\
import sys

if "scheduler" in sys.argv:
    import airflow.providers.databricks.hooks.databricks
    import databricks.sdk
    import rookery.dag_factory
"""


@dataclass(frozen=True)
class AirflowServices:
    """The running services and the client of their REST API."""

    url: str
    home: Path
    password: str
    processes: Mapping[str, Popen[bytes]]

    def api(self) -> httpx.Client:
        """A client of `/api/v2`, logged in, once every service is healthy and has been seen to answer."""
        wait_for("Airflow's API server", self._answers, seconds=180)
        login = httpx.post(f"{self.url}/auth/token", json={"username": USER, "password": self.password})
        login.raise_for_status()
        token = login.json()["access_token"]
        return httpx.Client(
            base_url=f"{self.url}/api/v2/", headers={"Authorization": f"Bearer {token}"}, timeout=60
        )

    def stop_scheduling(self) -> None:
        """Ask for the end of what starts tasks, which takes it some seconds; the API answers on."""
        for name in ("scheduler", "dag-processor"):
            interrupt(self.processes[name])

    def _answers(self) -> bool | None:
        for name, process in self.processes.items():
            if process.poll() is not None:
                raise ServiceError(f"Airflow's {name}", self.home / f"{name}.log")
        try:
            health = httpx.get(f"{self.url}/api/v2/monitor/health").json()
        except (httpx.HTTPError, ValueError):
            return None
        return True if health["scheduler"]["status"] == "healthy" else None


@contextmanager
def airflow_services(
    home: Path, connection: Callable[[], str], dags: Path = PROJECT / "dags"
) -> Iterator[AirflowServices]:
    """Run Airflow on the folder `home` while the block runs, with `connection` as `databricks_default`.

    The connection is asked for when the API server is on its way, since only the scheduler and its tasks
    need it: a workspace may start at the same time. The DAGs' schedules are off: only runs that are
    triggered (or backfilled) start.
    """
    home.mkdir(parents=True, exist_ok=True)
    port, password = free_port(), secrets.token_urlsafe(16)
    _prepare_home(home, password)
    environment = _environment(home, port, dags)
    processes: dict[str, Popen[bytes]] = {}
    with ExitStack() as stack:

        def start(name: str, *arguments: str) -> None:
            command = [str(AIRFLOW / "airflow"), name, *arguments]
            processes[name] = stack.enter_context(service(command, home / f"{name}.log", environment))

        start("api-server", "--host", "127.0.0.1", "--port", str(port))
        start("dag-processor")
        environment["AIRFLOW_CONN_DATABRICKS_DEFAULT"] = connection()
        start("scheduler", "--skip-serve-logs")
        try:
            yield AirflowServices(f"http://127.0.0.1:{port}", home, password, processes)
        finally:
            for process in processes.values():
                interrupt(process)


def _prepare_home(home: Path, password: str) -> None:
    if not (home / "airflow.db").exists():
        shutil.copy(METADATA_DATABASE, home / "airflow.db")
    passwords = home / PASSWORD_FILE
    passwords.touch(mode=0o600)
    passwords.write_text(json.dumps({USER: password}))
    (home / "config").mkdir(exist_ok=True)
    (home / "config" / "airflow_local_settings.py").write_text(LOCAL_SETTINGS)


def _environment(home: Path, port: int, dags: Path) -> dict[str, str]:
    url = f"http://127.0.0.1:{port}"
    sections: dict[str, dict[str, Any]] = {
        "CORE": {
            "DAGS_FOLDER": dags,
            "PLUGINS_FOLDER": PROJECT / "plugins",
            "LOAD_EXAMPLES": False,
            "EXECUTOR": "LocalExecutor",
            "PARALLELISM": 6,
            "DAGS_ARE_PAUSED_AT_CREATION": False,
            "EXECUTION_API_SERVER_URL": f"{url}/execution/",
            "SIMPLE_AUTH_MANAGER_USERS": f"{USER}:admin",
            "FERNET_KEY": "",
        },
        "API": {"BASE_URL": url, "SECRET_KEY": secrets.token_hex(32), "WORKERS": 1},
        "API_AUTH": {"JWT_SECRET": secrets.token_hex(32)},
        "DATABASE": {"SQL_ALCHEMY_CONN": f"sqlite:///{home / 'airflow.db'}"},
        "SCHEDULER": {"SCHEDULER_IDLE_SLEEP_TIME": 0.2, "USE_JOB_SCHEDULE": False},
        "DAG_PROCESSOR": {"REFRESH_INTERVAL": 10},
        "LOGGING": {"BASE_LOG_FOLDER": home / "logs", "LOGGING_LEVEL": "WARNING"},
    }
    variables = {
        f"AIRFLOW__{section}__{key}": str(value)
        for section, keys in sections.items()
        for key, value in keys.items()
    }
    # The scheduler starts its tasks' Python and `airflow` from the PATH.
    path = f"{AIRFLOW}{os.pathsep}{os.environ.get('PATH', '')}"
    own = {"AIRFLOW_HOME": str(home), "PATH": path, "ROOKERY_DATA_FOLDER": str(PROJECT / "data")}
    return {**os.environ, **own, **variables}


def free_port() -> int:
    """A port of the loopback address that nobody listens on at this moment."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
    return port
