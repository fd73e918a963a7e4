"""Route-optimized endpoints, asked by the SDK's own client of the data plane."""

import secrets
from collections.abc import Iterator
from typing import Any

import pytest
from databricks.sdk import WorkspaceClient
from databricks.sdk.config import Config
from databricks.sdk.data_plane import DataPlaneTokenSource
from databricks.sdk.errors import InvalidParameterValue

from tests.wire.multiplier import register_multiplier
from tests.wire.running_workspace import RunningWorkspace
from tests.wire.serving_requests import MODEL, config, entity


@pytest.fixture(scope="module")
def robot(workspace: RunningWorkspace) -> WorkspaceClient:
    """A client that has its tokens by OAuth, as only those may ask such an endpoint."""
    made = workspace.client.service_principals.create(display_name="robot")
    secret = workspace.client.service_principal_secrets_proxy.create(service_principal_id=str(made.id))
    return WorkspaceClient(
        config=Config(
            host=workspace.origin,
            client_id=made.application_id,
            client_secret=secret.secret,
            auth_type="oauth-m2m",
        )
    )


@pytest.fixture(scope="module")
def optimized(workspace: RunningWorkspace) -> Iterator[str]:
    """A READY route-optimized endpoint that doubles."""
    name = f"optimized-{secrets.token_hex(4)}"
    version = register_multiplier(workspace, MODEL, "2")
    endpoints = workspace.client.serving_endpoints
    endpoints.create_and_wait(name, config=config(entity(version)), route_optimized=True)
    yield name
    endpoints.delete(name)


def test_the_sdk_asks_an_endpoint_by_the_data_plane(robot: WorkspaceClient, optimized: str) -> None:
    asked = robot.serving_endpoints_data_plane.query(optimized, dataframe_records=[{"x": 4.0}])
    assert asked.predictions == [8.0]
    assert asked.served_model_name == "predictor"


def test_a_token_is_good_for_the_endpoint_that_it_was_issued_for(
    workspace: RunningWorkspace, robot: WorkspaceClient, optimized: str
) -> None:
    endpoint = robot.serving_endpoints.get(optimized)
    assert endpoint.data_plane_info is not None
    query = endpoint.data_plane_info.query_info
    assert query is not None
    assert query.endpoint_url == endpoint.endpoint_url
    tokens: Any = DataPlaneTokenSource(workspace.origin, robot.config.oauth_token)
    other = (query.authorization_details or "").replace(str(endpoint.id), "0" * 32)
    statuses = {}
    for which, details in (("own", query.authorization_details), ("other", other)):
        token = tokens.token(query.endpoint_url, details).access_token
        statuses[which] = _status(workspace, str(query.endpoint_url), token)
    statuses["personal"] = _status(workspace, str(query.endpoint_url), workspace.token)
    statuses["none"] = _status(workspace, str(query.endpoint_url), "nobody's")
    assert statuses == {"own": 200, "other": 403, "personal": 403, "none": 403}


def _status(workspace: RunningWorkspace, url: str, token: str) -> int:
    headers = {"authorization": f"Bearer {token}"}
    body: dict[str, Any] = {"dataframe_records": [{"x": 1.0}]}
    with workspace.http as http:
        return http.post(url, json=body, headers=headers).status_code


def test_it_is_not_asked_by_the_workspaces_own_api(workspace: RunningWorkspace, optimized: str) -> None:
    with pytest.raises(InvalidParameterValue, match="is route optimized: use its endpoint_url"):
        workspace.client.serving_endpoints.query(optimized, dataframe_records=[{"x": 1.0}])
