"""What another terminal needs to reach a running `make up`, as a file for its shell: `. .local/env`.

`airflow` then works on this installation, and `rookery check --conn`, Databricks' SDK and MLflow's client
find the workspace.
"""

import os
import shlex
from pathlib import Path

from local_stack.environments import AIRFLOW, PROJECT, WORKSPACE
from local_stack.services.workspace import Workspace


def write_env_file(
    folder: Path, airflow_home: Path, workspace: Workspace, data: Path = PROJECT / "data"
) -> Path:
    """Write it, for its owner alone as the workspace's token is in it; where it is. `data` is the project's
    data folder."""
    file = folder / "env"
    file.touch(mode=0o600)
    variables = [*_variables(airflow_home, workspace), ("ROOKERY_DATA_FOLDER", str(data))]
    exports = (f"export {name}={shlex.quote(value)}\n" for name, value in variables)
    commands = os.pathsep.join(map(str, (AIRFLOW, WORKSPACE)))
    file.write_text("".join(exports) + f'export PATH={shlex.quote(commands)}:"$PATH"\n')
    return file


def _variables(airflow_home: Path, workspace: Workspace) -> list[tuple[str, str]]:
    return [
        ("AIRFLOW_HOME", str(airflow_home)),
        ("AIRFLOW_CONN_DATABRICKS_DEFAULT", workspace.airflow_connection),
        ("DATABRICKS_HOST", workspace.url),
        ("DATABRICKS_TOKEN", workspace.token),
        ("MLFLOW_TRACKING_URI", workspace.url),
        ("MLFLOW_TRACKING_TOKEN", workspace.token),
    ]
