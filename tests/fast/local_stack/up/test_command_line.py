"""The file that lets another terminal reach a running `make up`."""

import json
import subprocess
from pathlib import Path

from local_stack.environments import AIRFLOW
from local_stack.services.workspace import Workspace
from local_stack.up.command_line import write_env_file

WORKSPACE = Workspace("http://127.0.0.1:8765", "dapi secret", Path("token"))


def in_a_shell(file: Path) -> dict[str, str]:
    """The variables of a shell that has read the file and has nothing else."""
    command = ["/bin/sh", "-c", '. "$0" && env', str(file)]
    shell = subprocess.run(command, capture_output=True, text=True, check=True, env={"PATH": "/usr/bin:/bin"})
    return dict(line.split("=", 1) for line in shell.stdout.splitlines())


def test_a_shell_that_reads_it_finds_airflow_the_workspace_and_their_commands(tmp_path: Path) -> None:
    folder = tmp_path / "it's here"
    folder.mkdir()
    found = in_a_shell(write_env_file(folder, folder / "airflow", WORKSPACE))
    assert found["AIRFLOW_HOME"] == str(folder / "airflow")
    assert json.loads(found["AIRFLOW_CONN_DATABRICKS_DEFAULT"])["password"] == WORKSPACE.token
    assert found["DATABRICKS_HOST"] == found["MLFLOW_TRACKING_URI"] == WORKSPACE.url
    assert found["DATABRICKS_TOKEN"] == found["MLFLOW_TRACKING_TOKEN"] == WORKSPACE.token
    assert found["PATH"].split(":")[0] == str(AIRFLOW)
    assert found["PATH"].endswith("/usr/bin:/bin")


def test_it_is_its_owners_alone(tmp_path: Path) -> None:
    assert write_env_file(tmp_path, tmp_path / "airflow", WORKSPACE).stat().st_mode & 0o077 == 0
