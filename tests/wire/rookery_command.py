"""The command `rookery` in the Airflow environment, against a local workspace."""

import json
import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

from local_stack.environments import AIRFLOW
from tests.wire.running_workspace import RunningWorkspace


def connection(workspace: RunningWorkspace) -> str:
    """The Airflow connection to the workspace, as JSON."""
    return json.dumps(
        {
            "conn_type": "databricks",
            "host": "127.0.0.1",
            "port": workspace.port,
            "schema": "http",
            "password": workspace.token,
        }
    )


def rookery(
    arguments: Sequence[str | Path], home: Path, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run it with an AIRFLOW_HOME."""
    return in_airflow(
        [str(AIRFLOW / "python"), "-m", "rookery.cli", *map(str, arguments)], home, **environment
    )


def in_airflow(command: list[str], home: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run any command so."""
    environment = {**os.environ, "AIRFLOW_HOME": str(home), **environment}
    return subprocess.run(command, env=environment, capture_output=True, text=True)
