"""The local workspace as a service, and what clients need to reach it."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from local_stack.environments import WORKSPACE
from local_stack.services.processes import Service, service
from local_stack.waiting import wait_for

if TYPE_CHECKING:
    from databricks.sdk import WorkspaceClient

CLASSIC, UNITY = "classic", "unity"


@dataclass(frozen=True)
class Workspace:
    """A workspace that answers: its URL, its token, and the file that holds the token."""

    url: str
    token: str = field(repr=False)
    token_file: Path

    @property
    def airflow_connection(self) -> str:
        """The Airflow connection, as JSON: the one thing that tells the DAG which workspace it works in."""
        address = urlsplit(self.url)
        return json.dumps(
            {
                "conn_type": "databricks",
                "schema": address.scheme,
                "host": address.hostname,
                "port": address.port,
                "password": self.token,
            }
        )

    @property
    def mlflow_environment(self) -> dict[str, str]:
        """The environment of a process whose MLflow works in this workspace."""
        told = {"MLFLOW_TRACKING_URI": self.url, "MLFLOW_TRACKING_TOKEN": self.token}
        return {**os.environ, **told, "MLFLOW_DISABLE_TELEMETRY": "true"}

    def client(self) -> "WorkspaceClient":
        """Databricks' own client for it."""
        from databricks.sdk import WorkspaceClient

        return WorkspaceClient(host=self.url, token=self.token, auth_type="pat", product="rookery-demo")


@dataclass(frozen=True)
class StartingWorkspace:
    """A workspace that was just started; `ready` waits for it."""

    service: Service

    def ready(self) -> Workspace:
        """The workspace, once it has said where it answers; `ServiceError` if it ended before."""
        line = wait_for("the local workspace", self._ready_line, seconds=120)
        token_file = Path(line["token_file"])
        return Workspace(line["url"], token_file.read_text().strip(), token_file)

    def require_running(self) -> None:
        """Raise `ServiceError` if it has ended."""
        self.service.require_running("The local workspace")

    def _ready_line(self) -> dict[str, Any] | None:
        lines = self.service.log.read_text().splitlines()
        if ready := next((line for line in lines if line.startswith("{")), None):
            return json.loads(ready)  # type: ignore[no-any-return]
        self.require_running()
        return None


@contextmanager
def local_workspace(root: Path, log: Path, port: int = 0, kind: str = CLASSIC) -> Iterator[StartingWorkspace]:
    """A local workspace on `root` while the block runs, on any free port unless one is given.

    It starts in the background: see `StartingWorkspace.ready`.
    """
    command = [
        str(WORKSPACE / "local-workspace"),
        "serve",
        "--root",
        str(root),
        "--port",
        str(port),
        "--kind",
        kind,
        "--json",
    ]
    with service(command, log, os.environ) as running:
        yield StartingWorkspace(running)
