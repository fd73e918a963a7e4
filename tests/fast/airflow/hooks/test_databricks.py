"""One Airflow connection is enough for the SDK's client, and nothing else has a say."""

import json
from importlib.metadata import version

import pytest

from rookery.hooks.databricks import workspace_client, workspace_url
from tests.recorder import Recorder, Reply

ME = "GET /api/2.0/preview/scim/v2/Me"


def test_the_client_authenticates_as_the_connection_says(databricks: Recorder) -> None:
    databricks.answers(ME, {"userName": "me@example.com"})
    assert workspace_client("databricks_default").current_user.me().user_name == "me@example.com"
    call = databricks.calls[-1]
    assert call.headers["Authorization"] == "Bearer token-of-the-connection"
    assert call.headers["User-Agent"].startswith(f"rookery/{version('rookery')} ")


def test_variables_of_the_worker_do_not_interfere(
    databricks: Recorder, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("DATABRICKS_TOKEN", "DATABRICKS_HOST", "DATABRICKS_CLIENT_ID", "ARM_CLIENT_ID"):
        monkeypatch.setenv(name, "https://elsewhere.test")
    databricks.answers(ME, {"userName": "me@example.com"})
    workspace_client("databricks_default").current_user.me()
    assert databricks.calls[-1].headers["Authorization"] == "Bearer token-of-the-connection"


def test_the_address_keeps_scheme_and_port(databricks: Recorder) -> None:
    assert workspace_url("databricks_default") == f"http://127.0.0.1:{databricks.server_port}"


def test_the_connections_proxies_are_used(databricks: Recorder, monkeypatch: pytest.MonkeyPatch) -> None:
    connection = {
        "conn_type": "databricks",
        "host": "workspace.test",
        "schema": "http",
        "password": "token-of-the-connection",
        "extra": {"proxies": {"http": f"http://127.0.0.1:{databricks.server_port}"}},
    }
    monkeypatch.setenv("AIRFLOW_CONN_BEHIND_PROXY", json.dumps(connection))
    monkeypatch.setenv("no_proxy", "*.example.com")
    databricks.answers(ME, {"userName": "me@example.com"})
    assert workspace_client("behind_proxy").current_user.me().user_name == "me@example.com"
    assert databricks.calls[-1].headers["Host"] == "workspace.test"


@pytest.mark.parametrize("status", [500, 502, 504])
def test_a_read_that_fails_inside_the_server_is_repeated_a_few_times(
    databricks: Recorder, status: int
) -> None:
    databricks.answers(ME, *[Reply(status, {"message": "oops"})] * 2, {"userName": "me@example.com"})
    assert workspace_client("databricks_default").current_user.me().user_name == "me@example.com"
    assert len(databricks.bodies(ME)) == 3
