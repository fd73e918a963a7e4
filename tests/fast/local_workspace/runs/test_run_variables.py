"""What a cluster gives to its runs, for the clients in them."""

from pathlib import Path

import pytest

from local_workspace.clusters.spec import ClusterSpec
from local_workspace.runs.process import run_variables
from local_workspace.settings import Settings

SETTINGS = Settings(Path("/root"), 8765, "dapi-right")


def variables(**of_the_cluster: str) -> dict[str, str]:
    spec = ClusterSpec.model_validate(
        {"spark_version": "19.x-cpu-ml-scala2.13", "node_type_id": "x", "spark_env_vars": of_the_cluster}
    )
    return run_variables(SETTINGS, spec)


def test_mlflow_finds_the_workspace_as_on_databricks() -> None:
    found = variables(MINE="1", DATABRICKS_TOKEN="another")  # noqa: S106
    assert (found["MLFLOW_TRACKING_URI"], found["MINE"]) == ("databricks", "1")
    assert (found["DATABRICKS_HOST"], found["DATABRICKS_TOKEN"]) == (SETTINGS.origin, SETTINGS.token)
    assert "MLFLOW_TRACKING_TOKEN" not in found


@pytest.mark.parametrize(
    ("uri", "token"), [(SETTINGS.origin, SETTINGS.token), ("http://127.0.0.1:5000", None)]
)
def test_a_cluster_may_name_another_tracking_server(uri: str, token: str | None) -> None:
    found = variables(MLFLOW_TRACKING_URI=uri)
    assert (found["MLFLOW_TRACKING_URI"], found.get("MLFLOW_TRACKING_TOKEN")) == (uri, token)
