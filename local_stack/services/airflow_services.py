"""Airflow as a user runs it: its services as processes of their own, on a metadata database.

The in-process alternative, `dag.test()`, starts sooner but runs mapped tasks one after the other.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import httpx

from local_stack.environments import AIRFLOW, PROJECT
from local_stack.services.airflow_home import USER, AirflowHome
from local_stack.services.ports import free_port
from local_stack.services.processes import Service, interrupt, service
from local_stack.services.signs_of_life import SILENT_SECONDS, Health, SignsOfLife
from local_stack.waiting import wait_for


@dataclass(frozen=True)
class AirflowServices:
    """The running services and the client of their REST API."""

    url: str
    home: Path
    password: str = field(repr=False)
    services: Mapping[str, Service]
    started: datetime
    signs: SignsOfLife

    def api(self) -> httpx.Client:
        """A client of `/api/v2`, logged in, once every service is healthy and has been seen to answer."""
        wait_for("Airflow's API server", self._answers, seconds=180)
        login = httpx.post(f"{self.url}/auth/token", json={"username": USER, "password": self.password})
        login.raise_for_status()
        token = login.json()["access_token"]
        return httpx.Client(
            base_url=f"{self.url}/api/v2/", headers={"Authorization": f"Bearer {token}"}, timeout=60
        )

    def require_running(self) -> None:
        """Raise `ServiceError` for a service that has ended."""
        for name, each in self.services.items():
            each.require_running(f"Airflow's {name}")

    def revive(self) -> Iterator[str]:
        """Start each service again that lives but does nothing, and say so; to be called now and then."""
        for name in self.signs.missing(self._health()):
            self.services[name].restart()
            yield (
                f"Airflow's {name} gave no sign of life for {SILENT_SECONDS:.0f} s and was started again; "
                f"the log of the one before is {self.services[name].log_before}"
            )

    def stop_scheduling(self) -> None:
        """Ask for the end of what starts tasks, which takes it some seconds; the API answers on."""
        for name in ("scheduler", "dag-processor"):
            interrupt(self.services[name].process)

    def _answers(self) -> bool | None:
        self.require_running()
        health = self._health()
        if health is None:
            return None
        scheduler = health["scheduler"]
        # The database may still hold the heartbeat of an earlier start's scheduler.
        beat = datetime.fromisoformat(scheduler["latest_scheduler_heartbeat"] or "0001-01-01T00:00:00Z")
        return True if scheduler["status"] == "healthy" and beat > self.started else None

    def _health(self) -> Health | None:
        try:
            health: Health = httpx.get(f"{self.url}/api/v2/monitor/health").json()
        except (httpx.HTTPError, ValueError):
            return None
        return health


@contextmanager
def airflow_services(
    home: Path,
    connection: Callable[[], str],
    dags: Path = PROJECT / "dags",
    *,
    port: int | None = None,
    schedules: bool = False,
    triggerer: bool = False,
    data: Path = PROJECT / "data",
) -> Iterator[AirflowServices]:
    """Run Airflow on the folder `home` while the block runs, with `connection` as `databricks_default`.

    The connection is asked for when the API server is on its way, since only the scheduler and its tasks
    need it: a workspace may start at the same time. `port` is a free one by default; `schedules`: see
    `AirflowHome`; `data` is the project's data folder. No task of ours needs the `triggerer`, but a user's
    may, and the UI shows its absence as a fault.
    """
    airflow = AirflowHome(home, port or free_port(), dags, schedules, data)
    password = airflow.prepare()
    environment = airflow.environment()
    services: dict[str, Service] = {}
    started = datetime.now(UTC)
    with ExitStack() as stack:

        def start(name: str, *arguments: str) -> None:
            command = [str(AIRFLOW / "airflow"), name, *arguments]
            services[name] = stack.enter_context(service(command, home / f"{name}.log", environment))

        start("api-server", "--host", "127.0.0.1", "--port", str(airflow.port))
        start("dag-processor")
        environment["AIRFLOW_CONN_DATABRICKS_DEFAULT"] = connection()
        if schedules:  # a user reads the tasks' logs
            environment["AIRFLOW__LOGGING__LOGGING_LEVEL"] = "INFO"
        start("scheduler", "--skip-serve-logs")
        if triggerer:
            start("triggerer", "--skip-serve-logs")
        try:
            yield AirflowServices(airflow.url, home, password, services, started, SignsOfLife(services))
        finally:
            for each in services.values():
                interrupt(each.process)
