"""Models of Unity Catalog over the wire: what is refused, how files are kept, and who serves them."""

import json
import random
import tempfile
from uuid import uuid4

import httpx
import pytest

from tests.wire.databricks_mlflow import multiplier
from tests.wire.running_workspace import RunningWorkspace

UC = "/api/2.0/mlflow/unity-catalog"
MODEL_FILE = "signature: {inputs: '[]', outputs: '[]'}\n"


def new_model(workspace: RunningWorkspace) -> str:
    """The name of a model without versions."""
    name = f"main.default.model_{uuid4().hex}"
    assert workspace.call("POST", f"{UC}/registered-models/create", {"name": name}).is_success
    return name


def new_version(workspace: RunningWorkspace, name: str) -> str:
    """The number of a version whose files are still to come."""
    body = {"name": name, "source": "dbfs:/databricks/mlflow-tracking/0/x/artifacts/model", "run_id": "x"}
    answer = workspace.call("POST", f"{UC}/model-versions/create", body)
    assert answer.json()["model_version"]["status"] == "PENDING_REGISTRATION"
    return str(answer.json()["model_version"]["version"])


def path_of(name: str, version: str, file: str) -> str:
    return f"/Models/{name.replace('.', '/')}/{version}/{file}"


def put(workspace: RunningWorkspace, path: str, content: bytes) -> httpx.Response:
    """By a signed URL, as MLflow sends a file."""
    url = workspace.call("POST", "/api/2.0/fs/create-upload-url", {"path": path}).json()["url"]
    return httpx.put(url, content=content)


def code(answer: httpx.Response) -> tuple[int, str]:
    return answer.status_code, answer.json()["error_code"]


def test_a_version_is_ready_when_its_model_says_what_goes_in_and_out(workspace: RunningWorkspace) -> None:
    name = new_model(workspace)
    said = {"name": name, "version": new_version(workspace, name)}
    for content in (None, b"flavors: {}", b"signature: {inputs: '[]'}", b"\x00", b"[1]"):
        if content is not None:
            assert put(workspace, path_of(name, said["version"], "MLmodel"), content).is_success
        answer = workspace.call("POST", f"{UC}/model-versions/finalize", said)
        assert code(answer) == (400, "INVALID_PARAMETER_VALUE")
        assert "signature" in answer.json()["message"]
    assert put(workspace, path_of(name, said["version"], "MLmodel"), MODEL_FILE.encode()).is_success
    for _ in range(2):
        answer = workspace.call("POST", f"{UC}/model-versions/finalize", said)
        assert answer.json()["model_version"]["status"] == "READY"


def test_a_registered_version_does_not_change(workspace: RunningWorkspace) -> None:
    name = new_model(workspace)
    version = new_version(workspace, name)
    path, said = path_of(name, version, "MLmodel"), {"name": name, "version": version}
    url = workspace.call("POST", "/api/2.0/fs/create-upload-url", {"path": path}).json()["url"]
    assert httpx.put(url, content=MODEL_FILE.encode()).is_success
    assert workspace.call("POST", f"{UC}/model-versions/finalize", said).is_success
    assert code(httpx.put(url, content=b"")) == (403, "PERMISSION_DENIED")
    for method, route in (
        ("PUT", f"files{path}"),
        ("DELETE", f"files{path}"),
        ("PUT", f"directories{path}/x"),
    ):
        assert code(workspace.call(method, f"/api/2.0/fs/{route}")) == (403, "PERMISSION_DENIED")
    asked = said | {"operation": "MODEL_VERSION_OPERATION_READ_WRITE"}
    answer = workspace.call("POST", f"{UC}/model-versions/generate-temporary-credentials", asked)
    assert code(answer) == (400, "INVALID_STATE")
    assert workspace.call("GET", f"/api/2.0/fs/files{path}").text == MODEL_FILE


def test_numbers_of_versions_are_not_given_again(workspace: RunningWorkspace) -> None:
    name = new_model(workspace)
    assert [new_version(workspace, name) for _ in range(2)] == ["1", "2"]
    assert put(workspace, path_of(name, "2", "MLmodel"), b"x").is_success
    alias = {"name": name, "alias": "champion", "version": "2"}
    assert workspace.call("POST", f"{UC}/registered-models/alias", alias).is_success
    assert workspace.call("DELETE", f"{UC}/model-versions/delete", {"name": name, "version": "2"}).is_success
    answer = workspace.call("GET", f"{UC}/registered-models/alias?name={name}&alias=champion")
    assert code(answer) == (404, "RESOURCE_DOES_NOT_EXIST")
    assert code(workspace.call("GET", f"/api/2.0/fs/files{path_of(name, '2', 'MLmodel')}")) == (
        404,
        "NOT_FOUND",
    )
    assert new_version(workspace, name) == "3"


def test_names_are_those_of_unity_catalog(workspace: RunningWorkspace) -> None:
    for name in (
        "one",
        "two.levels",
        "a.b.c.d",
        "main.default.",
        "main.default.a b",
        "main..x",
        "main.default.a/b",
    ):
        answer = workspace.call("POST", f"{UC}/registered-models/create", {"name": name})
        assert code(answer) == (400, "INVALID_PARAMETER_VALUE"), name
    name = new_model(workspace)
    answer = workspace.call("GET", f"{UC}/registered-models/get", {"name": name.upper()})
    assert answer.json()["registered_model"]["name"] == name
    for alias in ("latest", "v1", "a b", ""):
        body = {"name": name, "alias": alias, "version": new_version(workspace, name)}
        assert code(workspace.call("POST", f"{UC}/registered-models/alias", body)) == (
            400,
            "INVALID_PARAMETER_VALUE",
        )


def test_tags_are_those_of_unity_catalog(workspace: RunningWorkspace) -> None:
    name = new_model(workspace)
    call = f"{UC}/registered-models/set-tag"
    refused = [("a.b", "x"), ("a-b", "x"), ("a:b", "x"), (" a", "x"), ("", "x"), ("k" * 256, "x")]
    for key, value in [*refused, ("a", "x" * 1001), ("a", "x ")]:
        answer = workspace.call("POST", call, {"name": name, "key": key, "value": value})
        assert code(answer) == (400, "INVALID_PARAMETER_VALUE")
    for number in range(50):
        assert workspace.call("POST", call, {"name": name, "key": f"a_{number}", "value": "x"}).is_success
    answer = workspace.call("POST", call, {"name": name, "key": "one_more", "value": "x"})
    assert code(answer) == (400, "INVALID_PARAMETER_VALUE")


def test_a_version_has_a_page_where_databricks_has_it(workspace: RunningWorkspace) -> None:
    name = new_model(workspace)
    version = new_version(workspace, name)
    alias = {"name": name, "alias": "champion", "version": version}
    assert workspace.call("POST", f"{UC}/registered-models/alias", alias).is_success
    page = f"/explore/data/models/{name.replace('.', '/')}/version"
    shown = workspace.call("GET", f"{page}/{version}").text
    assert all(text in shown for text in (name, "PENDING_REGISTRATION", "champion", "dbfs:/databricks/"))
    assert workspace.call("GET", f"{page}/77").status_code == 404


def test_an_endpoint_serves_a_version_of_the_catalog(workspace: RunningWorkspace) -> None:
    from pathlib import Path

    import mlflow.pyfunc

    name = new_model(workspace)
    version = new_version(workspace, name)
    with multiplier(4.0) as model, tempfile.TemporaryDirectory() as folder:
        mlflow.pyfunc.save_model(f"{folder}/model", **model)
        for file in Path(folder, "model").rglob("*"):
            if file.is_file():
                path = path_of(name, version, str(file.relative_to(f"{folder}/model")))
                assert put(workspace, path, file.read_bytes()).is_success
    assert workspace.call(
        "POST", f"{UC}/model-versions/finalize", {"name": name, "version": version}
    ).is_success
    endpoint = f"catalog-{uuid4().hex[:8]}"
    entity = {
        "entity_name": name,
        "entity_version": version,
        "workload_size": "Small",
        "scale_to_zero_enabled": False,
    }
    body = {"name": endpoint, "config": {"served_entities": [entity]}}
    assert workspace.call("POST", "/api/2.0/serving-endpoints", body).is_success
    workspace.client.serving_endpoints.wait_get_serving_endpoint_not_updating(endpoint)
    try:
        asked = {"dataframe_records": [{"x": 2.0}]}
        answer = workspace.call("POST", f"/serving-endpoints/{endpoint}/invocations", asked)
        assert answer.json() == {"predictions": [8.0]}
    finally:
        workspace.client.serving_endpoints.delete(endpoint)


@pytest.mark.parametrize(
    "rest", ["../../../../../../token", "..%2f..%2f..%2ftoken", "%2e%2e/%2e%2e/%2e%2e/token"]
)
def test_no_path_of_a_version_leads_out_of_it(workspace: RunningWorkspace, rest: str) -> None:
    name = new_model(workspace)
    version = new_version(workspace, name)
    assert put(workspace, path_of(name, version, "MLmodel"), b"x").is_success
    for method, route in (("GET", "files"), ("PUT", "files"), ("GET", "directories")):
        answer = workspace.call(method, f"/api/2.0/fs/{route}{path_of(name, version, rest)}")
        assert 400 <= answer.status_code < 500
        assert workspace.token not in answer.text
    assert (workspace.root / "token").read_text().strip() == workspace.token


STRANGE: list[object] = [
    None,
    0,
    -1,
    2**70,
    True,
    "",
    "x",
    "1",
    "main.default.x",
    "\0",
    "\ud800",
    [],
    [{}],
    {},
    {"key": 1},
]
FIELDS = [
    *("name", "version", "alias", "key", "value", "source", "run_id", "tags", "new_name", "description"),
    *(
        "filter",
        "max_results",
        "page_token",
        "operation",
        "path",
        "paths",
        "stage",
        "experiment_id",
        "max_timestamp_millis",
        "min_timestamp_millis",
    ),
]
CALLS = [
    *(
        (method, f"{UC}/registered-models/{call}")
        for method, call in [
            ("POST", "create"),
            ("GET", "get"),
            ("PATCH", "update"),
            ("DELETE", "delete"),
            ("GET", "search"),
            ("POST", "set-tag"),
            ("DELETE", "delete-tag"),
            ("POST", "alias"),
            ("GET", "alias"),
            ("DELETE", "alias"),
        ]
    ),
    *(
        (method, f"{UC}/model-versions/{call}")
        for method, call in [
            ("POST", "create"),
            ("POST", "finalize"),
            ("GET", "get"),
            ("PATCH", "update"),
            ("DELETE", "delete"),
            ("GET", "search"),
            ("GET", "get-download-uri"),
            ("POST", "generate-temporary-credentials"),
            ("POST", "set-tag"),
            ("DELETE", "delete-tag"),
        ]
    ),
    ("GET", "/api/2.0/mlflow/model-versions/list-artifacts"),
    ("GET", "/api/2.0/mlflow/model-versions/get-signed-download-uri"),
    ("POST", "/api/2.0/mlflow/artifacts/credentials-for-read"),
    ("POST", "/api/2.0/mlflow/logged-models/m-x/artifacts/credentials-for-upload"),
    ("POST", "/api/2.0/mlflow/databricks/model-versions/transition-stage"),
    ("POST", "/api/2.0/mlflow/databricks/runs/delete-runs"),
    ("POST", "/api/2.0/mlflow/databricks/runs/restore-runs"),
]


def test_no_request_to_a_registry_makes_the_workspace_fail(workspace: RunningWorkspace) -> None:
    dice, name = random.Random(11), new_model(workspace)  # noqa: S311 - to play the same requests again
    new_version(workspace, name)
    with workspace.http as http:
        for _ in range(15):
            for method, path in CALLS:
                body = {field: dice.choice(STRANGE) for field in dice.sample(FIELDS, 6)}
                if dice.random() < 0.5 and "delete" not in path:
                    body |= {"name": name, "version": "1"}
                answer = http.request(method, path, content=json.dumps(body).encode())
                assert answer.status_code < 500, (method, path, body)
