"""What Databricks refuses is refused here: one test for each, by status and envelope."""

import re
from collections.abc import Callable
from pathlib import Path

import databricks.sdk.service
import httpx
import psutil
import pytest
from databricks.sdk.errors import InvalidParameterValue, NotFound, PermissionDenied, ResourceDoesNotExist
from databricks.sdk.errors import NotImplemented as NotOffered

from tests.telling import telling
from tests.wire.running_workspace import RunningWorkspace

ME = "/api/2.0/preview/scim/v2/Me"


def raw(workspace: RunningWorkspace, path: str, **headers: str) -> httpx.Response:
    return httpx.get(workspace.origin + path, headers=headers, trust_env=False)


@pytest.mark.parametrize(
    "path", [ME, "/api/2.0/mlflow/experiments/search", "/serving-endpoints/x/invocations"]
)
def test_a_wrong_token_is_forbidden_everywhere(workspace: RunningWorkspace, path: str) -> None:
    answer = raw(workspace, path, authorization="Bearer dapi-wrong")
    assert answer.status_code == 403
    assert answer.json() == {"error_code": 403, "message": "Invalid access token."}


@pytest.mark.parametrize(
    "path", [ME, "/api/2.0/mlflow/experiments/search", "/serving-endpoints/x/invocations"]
)
def test_no_token_is_unauthenticated_everywhere(workspace: RunningWorkspace, path: str) -> None:
    answer = raw(workspace, path)
    assert (answer.status_code, answer.json()["error_code"]) == (401, 401)


def test_the_sdk_says_that_its_token_is_wrong(workspace: RunningWorkspace) -> None:
    wrong = RunningWorkspace(workspace.process, workspace.origin, workspace.root, "dapi-wrong")
    with pytest.raises(PermissionDenied, match="Invalid access token"):
        wrong.client.current_user.me()


@pytest.mark.parametrize(
    "path", [ME, "/", "/ajax-api/2.0/mlflow/experiments/search", "/.well-known/databricks-config"]
)
def test_a_foreign_host_is_refused(workspace: RunningWorkspace, path: str) -> None:
    answer = raw(workspace, path, host="evil.test", authorization=f"Bearer {workspace.token}")
    assert (answer.status_code, answer.json()["error_code"]) == (403, "PERMISSION_DENIED")


def test_a_foreign_web_page_is_refused(workspace: RunningWorkspace) -> None:
    answer = raw(workspace, ME, origin="https://evil.test", authorization=f"Bearer {workspace.token}")
    assert answer.status_code == 403


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("POST", "/api/2.0/nothing"),
        ("GET", "/api/2.0/dbfs/put"),
        ("GET", "/api/2.0/mlflow/nothing"),
        ("DELETE", "/api/2.0/serving-endpoints"),
        ("GET", "/api/9.9/clusters/list"),
        ("POST", "/api/2.0/fs/create-resumable-upload-url"),
    ],
)
def test_an_unknown_route_is_no_api(workspace: RunningWorkspace, method: str, path: str) -> None:
    answer = workspace.call(method, path)
    assert answer.status_code == 404
    assert answer.json() == {
        "error_code": "ENDPOINT_NOT_FOUND",
        "message": f"No API found for '{method} {path}'",
    }


def test_the_sdk_calls_an_unknown_route_not_found(workspace: RunningWorkspace) -> None:
    with pytest.raises(NotFound, match=r"No API found for 'GET /api/2\.0/no-such-api/x'"):
        workspace.client.api_client.do("GET", "/api/2.0/no-such-api/x")


def test_an_api_that_is_not_offered_is_named(workspace: RunningWorkspace) -> None:
    with pytest.raises(NotOffered, match=r"has no pipelines \(GET /api/2\.0/pipelines\)"):
        list(workspace.client.pipelines.list_pipelines())


# They end what others run, or are for a path that this cannot make up.
LEFT_OUT = ("/api/2.2/jobs/runs/cancel-all", "/api/2.0/fs/", "/api/2.0/{", "/api/2.1/{", "/api/2.0/mlflow/{")


def calls_of_the_sdk() -> set[tuple[str, str]]:
    """Method and path of every call that the installed SDK makes of a workspace."""
    sources = Path(databricks.sdk.service.__path__[0]).glob("*.py")
    found = {
        call
        for source in sources
        for call in re.findall(r'\.do\(\s*"(\w+)",\s*f?"(/api/[^"]+)"', source.read_text())
    }
    return {(method, path) for method, path in found if not path.startswith(LEFT_OUT)}


def one_for_each_api(calls: set[tuple[str, str]]) -> set[tuple[str, str]]:
    """Of the calls whose paths begin with the same four segments, the first."""
    found = {tuple(path.split("/")[:5]): (method, path) for method, path in sorted(calls, reverse=True)}
    return set(found.values())


@pytest.mark.parametrize("choose", telling(1, [one_for_each_api, set]))
def test_every_call_of_the_sdk_is_answered_or_refused_in_words(
    workspace: RunningWorkspace, choose: Callable[[set[tuple[str, str]]], set[tuple[str, str]]]
) -> None:
    calls = choose(calls_of_the_sdk())
    assert len(calls) > 200
    unknown = []
    with workspace.http as http:
        for method, path in sorted(calls):
            answer = http.request(method, re.sub(r"\{[^}]*\}", "none", path), json={})
            is_known = "ENDPOINT_NOT_FOUND" not in answer.text and answer.status_code != 500
            unknown += [] if is_known else [f"{method} {path}: {answer.text}"]
    assert unknown == []


def test_an_unknown_runtime_is_refused(workspace: RunningWorkspace) -> None:
    with pytest.raises(InvalidParameterValue, match=r"99\.x-cpu-ml-scala2\.13"):
        workspace.client.clusters.create(
            spark_version="99.x-cpu-ml-scala2.13", node_type_id="Standard_DS3_v2", num_workers=0
        )


def test_a_relative_experiment_name_is_refused(workspace: RunningWorkspace) -> None:
    with pytest.raises(InvalidParameterValue, match="must be an absolute path"):
        workspace.client.experiments.create_experiment("penguins")


def test_a_missing_parent_folder_is_refused(workspace: RunningWorkspace) -> None:
    with pytest.raises(ResourceDoesNotExist, match=r"The parent folder \(/Users/nobody\) does not exist\."):
        workspace.client.experiments.create_experiment("/Users/nobody/penguins")


def test_a_body_that_is_no_json_is_malformed(workspace: RunningWorkspace) -> None:
    with workspace.http as http:
        answer = http.post("/api/2.0/dbfs/mkdirs", content=b"{")
    assert (answer.status_code, answer.json()["error_code"]) == (400, "MALFORMED_REQUEST")


def test_the_server_listens_on_this_machine_only(workspace: RunningWorkspace) -> None:

    addresses = {
        connection.laddr
        for connection in psutil.Process(workspace.pid).net_connections("inet")
        if connection.status == psutil.CONN_LISTEN
    }
    assert addresses == {("127.0.0.1", workspace.port)}


def test_the_token_is_not_in_the_log(workspace: RunningWorkspace) -> None:
    workspace.client.current_user.me()
    log = (workspace.root / "server.log").read_text()
    assert ME in log
    assert workspace.token not in log
