"""Who the caller is, asked by unmodified clients."""

import logging

import httpx
import pytest

from tests.wire.running_workspace import RunningWorkspace


def test_the_sdk_learns_user_and_workspace(workspace: RunningWorkspace) -> None:
    client = workspace.client
    assert client.current_user.me().user_name == "local.user@example.com"
    assert client.get_workspace_id() == int(client.config.workspace_id)


def test_the_sdk_makes_no_warning_about_the_host(
    workspace: RunningWorkspace, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, "databricks.sdk"):
        workspace.client.current_user.me()
    assert caplog.text == ""


def test_the_well_known_document_promises_no_oauth(workspace: RunningWorkspace) -> None:
    document = httpx.get(f"{workspace.origin}/.well-known/databricks-config", trust_env=False).json()
    assert int(document["workspace_id"]) > 0
    assert "oidc_endpoint" not in document


def test_me_carries_the_workspace_s_number(workspace: RunningWorkspace) -> None:
    answer = workspace.call("GET", "/api/2.0/preview/scim/v2/Me")
    assert answer.json()["active"] is True
    assert int(answer.headers["x-databricks-org-id"]) > 0
