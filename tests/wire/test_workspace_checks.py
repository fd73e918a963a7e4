"""`rookery check --conn` asks a workspace everything that a plan needs of it, and creates nothing there."""

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from local_stack.environments import AIRFLOW, METADATA_DATABASE
from tests.wire.multiplier import register_multiplier
from tests.wire.rookery_command import connection, in_airflow, rookery
from tests.wire.running_workspace import PROJECT, RunningWorkspace
from tests.wire.serving_requests import MODEL, config, entity

EXAMPLE = PROJECT / "dags" / "penguin_predictor.py"
FOREIGN = "predict-foreign"
ME = "local.user@example.com"


@pytest.fixture
def foreign_endpoint(workspace: RunningWorkspace) -> Any:
    """An endpoint that somebody else has made."""
    endpoints = workspace.client.serving_endpoints
    endpoints.create(FOREIGN, config=config(entity(register_multiplier(workspace, MODEL, "2"))))
    yield FOREIGN
    endpoints.delete(FOREIGN)


@pytest.fixture
def airflow_home(workspace: RunningWorkspace, tmp_path: Path) -> Path:
    """An Airflow whose database has the connection."""
    home = tmp_path / "airflow"
    home.mkdir()
    shutil.copy(METADATA_DATABASE, home / "airflow.db")
    given = ["databricks_default", "--conn-json", connection(workspace)]
    add = [str(AIRFLOW / "airflow"), "connections", "add", *given]
    assert in_airflow(add, home).returncode == 0
    return home


def check(file: Path, home: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """The command in the Airflow environment."""
    return rookery(["check", file, "--conn", "--json"], home, **environment)


def everything(workspace: RunningWorkspace) -> dict[str, list[str]]:
    """What is in the workspace, by name."""
    client = workspace.client
    return {
        "clusters": [str(each.cluster_id) for each in client.clusters.list()],
        "experiments": [str(each.name) for each in client.experiments.search_experiments(max_results=1000)],
        "models": [str(each.name) for each in client.model_registry.search_models(max_results=1000)],
        "endpoints": [str(each.name) for each in client.serving_endpoints.list()],
        "dbfs": [str(each.path) for each in client.dbfs.list("/", recursive=True)],
        "files": [str(each.path) for each in client.workspace.list(f"/Users/{ME}", recursive=True)],
    }


def test_a_plan_that_the_workspace_can_carry_out_is_without_mistakes(
    workspace: RunningWorkspace, airflow_home: Path
) -> None:
    before = everything(workspace)
    ended = check(EXAMPLE, airflow_home)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    (dag,) = json.loads(ended.stdout)["dags"]
    assert dag["names"]["experiment"] == f"/Users/{ME}/rookery/penguin_predictor"
    assert dag["workspace"]["login"]["text"] == f"{ME} at {workspace.origin}"
    assert dag["workspace"]["runtime"]["text"].startswith("19.x-cpu-ml-scala2.13")
    assert all(answer["ok"] for answer in dag["workspace"].values())
    assert everything(workspace) == before


def test_what_the_workspace_lacks_is_told_at_once_and_nothing_is_created(
    workspace: RunningWorkspace, foreign_endpoint: str, tmp_path: Path
) -> None:
    lacking = tmp_path / "dags" / "penguin_predictor.py"
    lacking.parent.mkdir()
    (tmp_path / "data").symlink_to(PROJECT / "data")
    text = EXAMPLE.read_text().replace('name="predict-penguin"', f'name="{foreign_endpoint}"')
    compute = 'Compute(node_type_id="Standard_DS33_v2", spark_version="14.9.x-cpu-ml-scala2.12")'
    text = text.replace("    CsvSource,", "    Compute,\n    CsvSource,", 1)
    lacking.write_text(
        text.replace('    metric="accuracy",', f'    metric="accuracy",\n    compute={compute},', 1)
    )
    before = everything(workspace)
    ended = check(lacking, tmp_path / "home", AIRFLOW_CONN_DATABRICKS_DEFAULT=connection(workspace))
    assert ended.returncode == 1, ended.stderr
    answer = json.loads(ended.stdout)
    told = {each["place"]: each["text"] for each in answer["mistakes"]}
    assert list(told) == ["compute.node_type_id", "compute.spark_version", "endpoint.name"]
    assert told["compute.node_type_id"].startswith(
        "the workspace does not offer 'Standard_DS33_v2'; it offers"
    )
    assert "Standard_DS3_v2" in told["compute.node_type_id"]
    assert told["compute.spark_version"].startswith("the workspace has no runtime '14.9.x-cpu-ml-scala2.12'")
    assert told["endpoint.name"].startswith(
        f"the endpoint {foreign_endpoint} exists and was not made by Rookery"
    )
    fine = {name for name, each in answer["dags"][0]["workspace"].items() if each["ok"]}
    assert fine == {"login", "experiment", "data_root", "registry"}
    assert not list((tmp_path / "home").rglob("*.db"))
    assert everything(workspace) == before
