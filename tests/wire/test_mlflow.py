"""MLflow on the workspace's origin, by MLflow's own client and by the SDK."""

import json
import socket
import threading
from pathlib import Path
from uuid import uuid4

import httpx
import pytest
from databricks.sdk.errors import (
    BadRequest,
    InvalidParameterValue,
    ResourceAlreadyExists,
    ResourceDoesNotExist,
)
from mlflow.exceptions import MlflowException

from tests.wire.multiplier import mlflow_client, register_multiplier
from tests.wire.running_workspace import RunningWorkspace

HOME = "/Users/local.user@example.com"


def test_a_run_with_metrics_and_artifacts_comes_back(workspace: RunningWorkspace, tmp_path: Path) -> None:
    with mlflow_client(workspace) as client:
        experiment = client.create_experiment(f"{HOME}/{uuid4()}")
        run = client.create_run(experiment).info.run_id
        client.log_metric(run, "accuracy", 0.97)
        client.log_text(run, "a text", "deep/note.txt")
        client.set_terminated(run)
        assert client.get_run(run).data.metrics == {"accuracy": 0.97}
        assert Path(client.download_artifacts(run, "deep/note.txt", str(tmp_path))).read_text() == "a text"
        uri = client.get_run(run).info.artifact_uri
    stored = (
        workspace.root / "mlflow" / "artifacts" / uri.removeprefix("mlflow-artifacts:/") / "deep/note.txt"
    )
    assert stored.read_text() == "a text"


def test_a_large_artifact_streams_through(workspace: RunningWorkspace, tmp_path: Path) -> None:
    content = bytes(range(256)) * 4096 * 30
    (tmp_path / "large").write_bytes(content)
    with mlflow_client(workspace) as client:
        run = client.create_run("0").info.run_id
        client.log_artifact(run, str(tmp_path / "large"))
        (tmp_path / "down").mkdir()
        downloaded = client.download_artifacts(run, "large", str(tmp_path / "down"))
    assert Path(downloaded).read_bytes() == content


def test_the_sdk_finds_experiment_and_runs(workspace: RunningWorkspace) -> None:
    client, name = workspace.client, f"{HOME}/{uuid4()}"
    experiment = client.experiments.create_experiment(name).experiment_id
    assert experiment is not None
    run = client.experiments.create_run(experiment_id=experiment).run
    assert run is not None
    assert run.info is not None
    client.experiments.log_metric("accuracy", 0.9, 0, run_id=run.info.run_id)
    found = list(client.experiments.search_runs(experiment_ids=[experiment], filter="metrics.accuracy > 0.5"))
    assert [r.info.run_id for r in found if r.info] == [run.info.run_id]
    with pytest.raises((ResourceAlreadyExists, BadRequest)):
        client.experiments.create_experiment(name)


def test_a_registered_model_with_a_space_is_found_by_the_sdk(workspace: RunningWorkspace) -> None:
    name = f"Penguin {uuid4()}"
    version = register_multiplier(workspace, name, "2")
    registry = workspace.client.model_registry
    found = registry.get_model(name).registered_model_databricks
    assert found is not None
    assert found.name == name
    assert [v.version for v in registry.search_model_versions(filter=f"name='{name}'")] == [version]
    assert registry.get_model_version(name, version).model_version is not None
    with pytest.raises(ResourceDoesNotExist):
        registry.get_model(f"{name} of nobody")


@pytest.mark.parametrize("name", ["/", "/Shared", HOME, f"{HOME}/"])
def test_an_experiment_cannot_be_where_something_else_is(workspace: RunningWorkspace, name: str) -> None:
    for path in ("api", "ajax-api"):
        answer = workspace.call("POST", f"/{path}/2.0/mlflow/experiments/create", {"name": name})
        assert (answer.status_code, answer.json()["error_code"]) == (400, "RESOURCE_ALREADY_EXISTS")


@pytest.mark.parametrize(
    "path",
    [
        "/api/2.0/mlflow/experiments/create",
        "/ajax-api/2.0/mlflow/experiments/create",
        "/api/2.0/mlflow/experiments/create/",
        "/api/2.0/mlflow/experiments%2Fcreate",
    ],
)
def test_a_relative_experiment_name_is_refused(workspace: RunningWorkspace, path: str) -> None:
    answer = workspace.call("POST", path, {"name": "penguins"})
    assert (answer.status_code, answer.json()["error_code"]) == (400, "INVALID_PARAMETER_VALUE")
    assert "must be an absolute path" in answer.json()["message"]


def test_an_experiment_in_a_missing_folder_is_refused(workspace: RunningWorkspace) -> None:
    with pytest.raises(ResourceDoesNotExist, match=r"The parent folder \(/Users/nobody\) does not exist."):
        workspace.client.experiments.create_experiment("/Users/nobody/penguins")


def test_an_experiment_is_not_renamed_to_a_relative_name(workspace: RunningWorkspace) -> None:
    experiment = workspace.client.experiments.create_experiment(f"{HOME}/{uuid4()}").experiment_id
    assert experiment is not None
    with pytest.raises(InvalidParameterValue):
        workspace.client.experiments.update_experiment(experiment, new_name="penguins")


@pytest.mark.parametrize(
    "location", ["http://{host}/x", "s3://bucket/x", "file:///etc", "/etc", "mlflow-artifacts://{host}/x"]
)
def test_artifacts_do_not_leave_the_workspace(workspace: RunningWorkspace, location: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        asked = threading.Event()

        def accept() -> None:
            listener.accept()
            asked.set()

        threading.Thread(target=accept, daemon=True).start()
        place = location.format(host=f"127.0.0.1:{listener.getsockname()[1]}")
        for field in ("artifact_location", "artifactLocation"):
            body = {"name": f"{HOME}/{uuid4()}", field: place}
            answer = workspace.call("POST", "/api/2.0/mlflow/experiments/create", body)
            assert (answer.status_code, answer.json()["error_code"]) == (400, "INVALID_PARAMETER_VALUE")
        workspace.client.model_registry.create_model(name := str(uuid4()))
        source = {"name": name, "source": place}
        answer = workspace.call("POST", "/api/2.0/mlflow/model-versions/create", source)
        assert (answer.status_code, answer.json()["error_code"]) == (400, "INVALID_PARAMETER_VALUE")
        assert not asked.is_set()


@pytest.mark.parametrize("path", ["..%2f..%2ftoken", "%2e%2e/%2e%2e/token"])
def test_no_artifact_path_leaves_the_root(workspace: RunningWorkspace, path: str) -> None:
    for method in ("GET", "PUT"):
        answer = workspace.call(method, f"/api/2.0/mlflow-artifacts/artifacts/{path}")
        assert 400 <= answer.status_code < 500
        assert workspace.token not in answer.text
    assert (workspace.root / "token").read_text().strip() == workspace.token


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/ajax-api/3.0/mlflow/assistant/message"),
        ("POST", "/ajax-api/3.0/jobs/"),
        ("POST", "/api/2.0/mlflow/webhooks"),
        ("POST", "/api/3.0/mlflow/gateway/secrets/create"),
        ("POST", "/gateway/openai/v1/chat/completions"),
        ("POST", "/ajax-api/2.0/mlflow/gateway-proxy"),
        ("GET", "/api/3.0/mlflow/mcp-servers"),
    ],
)
def test_what_runs_code_or_calls_other_hosts_is_not_offered(
    workspace: RunningWorkspace, method: str, path: str
) -> None:
    answer = workspace.call(method, path, {"name": "x", "url": "http://127.0.0.1:9/"})
    assert (answer.status_code, answer.json()["error_code"]) == (404, "ENDPOINT_NOT_FOUND")


def test_the_ui_opens_in_a_browser_with_the_token_as_password(workspace: RunningWorkspace) -> None:
    with httpx.Client(base_url=workspace.origin, auth=("token", workspace.token), trust_env=False) as browser:
        assert "<title>MLflow</title>" in browser.get("/").text
        assert browser.post(
            "/ajax-api/2.0/mlflow/experiments/search",
            json={"max_results": 5},
            headers={"origin": workspace.origin},
        ).is_success


def test_mlflow_s_client_needs_the_token(
    workspace: RunningWorkspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    with mlflow_client(workspace) as client:
        monkeypatch.setenv("MLFLOW_TRACKING_TOKEN", "wrong")
        with pytest.raises(MlflowException, match="Invalid access token"):
            client.search_experiments()


@pytest.mark.parametrize("body", [b"", b"{}", b'{"max_results": 0}', b'{"max_results": "0"}'])
def test_a_search_needs_no_number_of_results(workspace: RunningWorkspace, body: bytes) -> None:
    name = f"{HOME}/{uuid4()}"
    workspace.client.experiments.create_experiment(name)
    with workspace.http as http:
        answer = http.post("/api/2.0/mlflow/experiments/search", content=body)
        assert name in [each["name"] for each in answer.json()["experiments"]]
        for call in ("runs/search", "logged-models/search"):
            fields = json.loads(body or b"{}") | {"experiment_ids": ["0"]}
            assert http.post(f"/api/2.0/mlflow/{call}", json=fields).is_success
        run = workspace.client.experiments.create_run(experiment_id="0").run
        assert run is not None
        assert run.info is not None
        history = {"run_id": run.info.run_id, "metric_key": "none"}
        for call, fields in (
            ("registered-models/search", {}),
            ("model-versions/search", {}),
            ("metrics/get-history", history),
        ):
            params = json.loads(body or b"{}") | fields
            assert http.get(f"/api/2.0/mlflow/{call}", params=params).is_success
    assert name in [each.name for each in workspace.client.experiments.search_experiments()]


def test_more_experiments_and_models_than_a_page_of_mlflow_are_all_listed(
    workspace: RunningWorkspace,
) -> None:
    experiments = {f"{HOME}/{uuid4()}" for _ in range(3)}
    models = {str(uuid4()) for _ in range(3)}
    client = workspace.client
    for name in experiments:
        client.experiments.create_experiment(name)
    for name in models:
        client.model_registry.create_model(name)
    assert experiments <= {each.name for each in client.experiments.list_experiments()}
    assert experiments <= {each.name for each in client.experiments.list_experiments(max_results=1)}
    assert models <= {each.name for each in client.model_registry.list_models()}
    assert models <= {each.name for each in client.model_registry.list_models(max_results=1)}


def test_what_the_sdk_deletes_is_gone(workspace: RunningWorkspace) -> None:
    """Its fields are in the query of the DELETE."""
    name = f"Deleted {uuid4()}"
    kept, deleted = (register_multiplier(workspace, name, factor) for factor in ("2", "3"))
    registry = workspace.client.model_registry
    registry.set_model_tag(name, "a", "1")
    registry.set_model_version_tag(name, kept, "b", "2")
    registry.delete_model_tag(name, "a")
    registry.delete_model_version_tag(name, kept, "b")
    registry.delete_model_version(name, deleted)
    model = registry.get_model(name).registered_model_databricks
    assert model is not None
    assert not model.tags
    versions = list(registry.search_model_versions(filter=f"name='{name}'"))
    assert [(version.version, version.tags or []) for version in versions] == [(kept, [])]
    registry.delete_model(name)
    with pytest.raises(ResourceDoesNotExist):
        registry.get_model(name)


@pytest.mark.parametrize(
    "content_type", ["text/json", "text/plain", "application/x-www-form-urlencoded", None]
)
def test_json_is_read_under_any_content_type(workspace: RunningWorkspace, content_type: str | None) -> None:
    body = json.dumps({"name": (name := f"{HOME}/{uuid4()}")}).encode()
    with workspace.http as http:
        headers = {"content-type": content_type} if content_type else {}
        created = http.post("/api/2.0/mlflow/experiments/create", content=body, headers=headers)
        assert created.is_success, created.text
        found = http.request(
            "GET",
            "/api/2.0/mlflow/experiments/get-by-name",
            content=json.dumps({"experiment_name": name}).encode(),
            headers=headers,
        )
    assert found.json()["experiment"]["experiment_id"] == created.json()["experiment_id"]


@pytest.mark.parametrize("body", [b"{", b"[1]", b'"text"', b"[" * 100_000])
@pytest.mark.parametrize("call", ["experiments/search", "runs/log-metric", "experiments/create"])
def test_a_body_that_is_no_json_object_is_malformed(
    workspace: RunningWorkspace, call: str, body: bytes
) -> None:
    with workspace.http as http:
        answer = http.post(f"/api/2.0/mlflow/{call}", content=body)
    assert (answer.status_code, answer.json()["error_code"]) == (400, "MALFORMED_REQUEST")


def test_a_metric_may_be_no_number(workspace: RunningWorkspace) -> None:
    with mlflow_client(workspace) as client:
        run = client.create_run("0").info.run_id
        client.log_metric(run, "loss", float("nan"))
        assert str(client.get_run(run).data.metrics["loss"]) == "nan"


def test_the_sdk_puts_a_version_into_a_stage(workspace: RunningWorkspace) -> None:
    registry, name = workspace.client.model_registry, str(uuid4())
    first, second = (register_multiplier(workspace, name, factor) for factor in "23")
    for version in (first, second):
        moved = registry.transition_stage(name, version, "Production", archive_existing_versions=True)
        assert moved.model_version_databricks is not None
        assert moved.model_version_databricks.current_stage == "Production"
    found = registry.get_model_version(name, first).model_version
    assert found is not None
    assert found.current_stage == "Archived"
    with pytest.raises(InvalidParameterValue):
        registry.transition_stage(name, first, "Nowhere", archive_existing_versions=False)


def test_an_experiment_s_runs_are_deleted_and_restored_at_once(workspace: RunningWorkspace) -> None:
    experiments = workspace.client.experiments
    experiment = experiments.create_experiment(f"{HOME}/{uuid4()}").experiment_id
    assert experiment is not None
    for start in (1000, 2000, 3000):
        experiments.create_run(experiment_id=experiment, start_time=start)

    def runs() -> int:
        return len(list(experiments.search_runs(experiment_ids=[experiment])))

    assert experiments.delete_runs(experiment, max_timestamp_millis=2000).runs_deleted == 2
    assert runs() == 1
    assert experiments.restore_runs(experiment, min_timestamp_millis=10**15).runs_restored == 0
    assert experiments.restore_runs(experiment, min_timestamp_millis=1, max_runs=1).runs_restored == 1
    assert experiments.restore_runs(experiment, min_timestamp_millis=1).runs_restored == 1
    assert runs() == 3
    with pytest.raises(ResourceDoesNotExist):
        experiments.delete_runs("987654321", max_timestamp_millis=2000)
