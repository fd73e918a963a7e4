"""MLflow's own client with the URI `databricks`, as job runs and users of Databricks have it."""

from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import httpx
import mlflow
import pytest
from databricks.sdk.service.catalog import VolumeType
from mlflow.exceptions import MlflowException
from mlflow.tracking import MlflowClient

from tests.wire import (
    databricks_mlflow,
    databricks_mlflow_models,
    databricks_mlflow_registries,
    databricks_mlflow_tracking,
)
from tests.wire.multiplier import mlflow_client
from tests.wire.running_workspace import RunningWorkspace

TRACKING = (
    *databricks_mlflow.TRACKING,
    *databricks_mlflow_tracking.STEPS,
    *databricks_mlflow_models.STEPS,
)
REGISTRIES = (
    *databricks_mlflow.REGISTRIES,
    *databricks_mlflow_registries.WORKSPACE,
    *databricks_mlflow_registries.UNITY,
)


@pytest.fixture
def databricks(workspace: RunningWorkspace, monkeypatch: pytest.MonkeyPatch) -> Iterator[RunningWorkspace]:
    """The workspace, with MLflow of this process told of it as of any Databricks workspace."""
    tracking, registry = mlflow.get_tracking_uri(), mlflow.get_registry_uri()
    monkeypatch.setenv("DATABRICKS_HOST", workspace.origin)
    monkeypatch.setenv("DATABRICKS_TOKEN", workspace.token)
    mlflow.set_tracking_uri("databricks")
    mlflow.set_registry_uri("databricks")
    yield workspace
    mlflow.set_tracking_uri(tracking)
    mlflow.set_registry_uri(registry)


@pytest.mark.usefixtures("databricks")
@pytest.mark.parametrize("step", TRACKING, ids=lambda step: step.__name__)
def test_mlflow_tracks_on_databricks(step: Callable[[], None]) -> None:
    step()


@pytest.mark.usefixtures("databricks")
@pytest.mark.parametrize("step", REGISTRIES, ids=lambda step: step.__name__)
def test_mlflow_registers_on_databricks(step: Callable[[], None]) -> None:
    step()


@pytest.mark.usefixtures("databricks")
def test_the_files_of_a_catalog_s_versions_may_go_by_the_sdk(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MLFLOW_USE_DATABRICKS_SDK_MODEL_ARTIFACTS_REPO_FOR_UC", "true")
    databricks_mlflow.unity_catalog_by_log_model()


def test_a_profile_may_be_named_in_the_uri(
    databricks: RunningWorkspace, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "cfg").write_text(f"[LOCAL]\nhost = {databricks.origin}\ntoken = {databricks.token}\n")
    monkeypatch.setenv("DATABRICKS_CONFIG_FILE", str(tmp_path / "cfg"))
    monkeypatch.setenv(
        "DATABRICKS_CONFIG_PROFILE", "LOCAL"
    )  # MLflow's client for files reads it from here only
    monkeypatch.delenv("DATABRICKS_HOST")
    monkeypatch.delenv("DATABRICKS_TOKEN")
    mlflow.set_tracking_uri("databricks://LOCAL")
    mlflow.set_registry_uri("databricks://LOCAL")
    databricks_mlflow.a_saved_model()
    name = f"By profile {uuid4()}"
    run = MlflowClient().create_run("0").info.run_id
    MlflowClient().log_text(run, "{}", "model/MLmodel")
    version = mlflow.register_model(f"runs:/{run}/model", name)
    found = databricks.client.model_registry.get_model_version(name, str(version.version)).model_version
    assert found is not None
    assert found.source == f"dbfs:/databricks/mlflow-tracking/0/{run}/artifacts/model"


def test_what_one_dialect_wrote_the_other_reads(databricks: RunningWorkspace, tmp_path: Path) -> None:
    run = MlflowClient().create_run("0").info.run_id
    MlflowClient().log_text(run, "by databricks", "one.txt")
    with mlflow_client(databricks) as by_http:
        assert by_http.get_run(run).info.artifact_uri.startswith("mlflow-artifacts:/")
        by_http.log_text(run, "by http", "two.txt")
        assert Path(by_http.download_artifacts(run, "one.txt", str(tmp_path))).read_text() == "by databricks"
    assert mlflow.artifacts.load_text(f"runs:/{run}/two.txt") == "by http"


@pytest.mark.parametrize(
    ("agent", "scheme"),
    [
        ("mlflow-python-client/2.13.1", "dbfs"),  # it sends the same with either URI
        ("mlflow-python-client/2.21.3", "mlflow-artifacts"),
        ("mlflow-python-client/3.17.2", "mlflow-artifacts"),
        ("mlflow-python-client/3.17.2 databricks-sdk-py/0.156.0 python/3.11", "dbfs"),
        ("databricks-sdk-go/0.175.0", "dbfs"),
    ],
)
def test_a_client_gets_the_uris_that_it_can_use(workspace: RunningWorkspace, agent: str, scheme: str) -> None:
    with workspace.http as http:
        answer = http.get(
            "/api/2.0/mlflow/experiments/get", params={"experiment_id": 0}, headers={"user-agent": agent}
        )
    assert answer.json()["experiment"]["artifact_location"].startswith(f"{scheme}:/")


def signed_uris(workspace: RunningWorkspace, call: str, run: str, paths: list[str]) -> list[str]:
    answer = workspace.call("POST", f"/api/2.0/mlflow/artifacts/{call}", {"run_id": run, "path": paths})
    assert answer.is_success, answer.text
    assert [each["path"] for each in answer.json()["credential_infos"]] == paths
    return [each["signed_uri"] for each in answer.json()["credential_infos"]]


def test_credentials_are_for_the_named_files_only(databricks: RunningWorkspace) -> None:
    run = MlflowClient().create_run("0").info.run_id
    first, second = signed_uris(databricks, "credentials-for-write", run, ["b", "deep/a"])
    assert httpx.put(first, content=b"1").is_success
    assert httpx.get(first).status_code == 403
    assert httpx.get(second).status_code == 403
    (read,) = signed_uris(databricks, "credentials-for-read", run, ["b"])
    assert httpx.get(read).content == b"1"
    assert httpx.put(read, content=b"2").status_code == 403
    assert httpx.get(read.replace(f"/{run}/", f"/{'0' * 32}/")).status_code == 403


@pytest.mark.parametrize("path", ["../../x", "a/../../../b", "%2e%2e/x", "\0"])
def test_no_credential_leads_out_of_a_run(databricks: RunningWorkspace, path: str) -> None:
    run = MlflowClient().create_run("0").info.run_id
    for call in ("credentials-for-read", "credentials-for-write"):
        answer = databricks.call("POST", f"/api/2.0/mlflow/artifacts/{call}", {"run_id": run, "path": [path]})
        assert (answer.status_code, answer.json()["error_code"]) == (400, "INVALID_PARAMETER_VALUE")


def test_credentials_of_what_is_not_there_are_refused(workspace: RunningWorkspace) -> None:
    for path, fields in (
        ("artifacts/credentials-for-read", {"run_id": "none", "path": ["x"]}),
        ("logged-models/m-none/artifacts/credentials-for-upload", {"paths": ["x"]}),
    ):
        answer = workspace.call("POST", f"/api/2.0/mlflow/{path}", fields)
        assert (answer.status_code, answer.json()["error_code"]) == (404, "RESOURCE_DOES_NOT_EXIST")


def test_an_experiment_may_keep_its_artifacts_in_a_volume(
    databricks: RunningWorkspace, tmp_path: Path
) -> None:
    client = MlflowClient()
    databricks.client.volumes.create("main", "default", "artifacts", VolumeType.MANAGED)
    place = "dbfs:/Volumes/main/default/artifacts/of-mine"
    experiment = client.create_experiment(f"{databricks_mlflow.HOME}/{uuid4()}", artifact_location=place)
    run = client.create_run(experiment).info
    assert run.artifact_uri == f"{place}/{run.run_id}/artifacts"
    assert client.list_artifacts(run.run_id) == []
    with databricks_mlflow.multiplier(3.0) as model:
        mlflow.pyfunc.save_model(tmp_path / "model", **model)
    client.log_artifacts(run.run_id, str(tmp_path / "model"), "model")
    client.log_text(run.run_id, "x", "model/a # b.txt")
    databricks_mlflow.require_factor(f"runs:/{run.run_id}/model", 3.0)
    found = [
        each.path for each in databricks.client.experiments.list_artifacts(run_id=run.run_id, path="model")
    ]
    assert {"model/MLmodel", "model/a # b.txt"} <= set(found)
    version = mlflow.register_model(f"runs:/{run.run_id}/model", f"From a volume {uuid4()}")
    databricks_mlflow.require_factor(f"models:/{version.name}/{version.version}", 3.0)
    shown = databricks.call("GET", f"/get-artifact?run_id={run.run_id}&path=model/a%20%23%20b.txt")
    assert (shown.status_code, shown.text) == (200, "x")
    for nowhere in ("dbfs:/mine", "dbfs:/Volumes/../tmp", "dbfs:/Volumes/main/%2e%2e/x"):
        with pytest.raises(MlflowException):
            client.create_experiment(f"{databricks_mlflow.HOME}/{uuid4()}", artifact_location=nowhere)
