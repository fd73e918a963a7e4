"""What the serving API refuses before anything is deployed."""

from typing import Any

import pytest
from databricks.sdk.errors import InvalidParameterValue, ResourceDoesNotExist
from databricks.sdk.service.serving import EndpointTag

from tests.wire.multiplier import register_multiplier
from tests.wire.running_workspace import RunningWorkspace
from tests.wire.serving_requests import MODEL, config, entity

NAME = "predict-refused"


@pytest.fixture(scope="module")
def doubling(workspace: RunningWorkspace) -> str:
    """A version of `MODEL` that could be served."""
    return register_multiplier(workspace, MODEL, "2")


def test_an_unknown_endpoint_does_not_exist(workspace: RunningWorkspace) -> None:
    for method, path in (("GET", "none"), ("DELETE", "none"), ("PATCH", "none/tags")):
        refused = workspace.call(method, f"/api/2.0/serving-endpoints/{path}", {})
        assert (refused.status_code, refused.json()["error_code"]) == (404, "RESOURCE_DOES_NOT_EXIST")
    asked = workspace.call("POST", "/serving-endpoints/none/invocations", {"inputs": {"x": [1]}})
    assert (asked.status_code, asked.json()["error_code"]) == (404, "RESOURCE_DOES_NOT_EXIST")


@pytest.mark.parametrize("bad", ["", "a b", "../x", "-a", "x" * 64, "ü"])
def test_an_unsafe_endpoint_name_is_refused(workspace: RunningWorkspace, doubling: str, bad: str) -> None:
    with pytest.raises(InvalidParameterValue):
        workspace.client.serving_endpoints.create(bad, config=config(entity(doubling)))


def test_a_served_name_with_a_space_is_refused(workspace: RunningWorkspace, doubling: str) -> None:
    unnamed = entity(doubling)
    unnamed.name = None
    with pytest.raises(InvalidParameterValue, match="'Penguin Predictor-"):
        workspace.client.serving_endpoints.create(NAME, config=config(unnamed))


def test_scale_to_zero_must_be_said(workspace: RunningWorkspace, doubling: str) -> None:
    undecided = entity(doubling)
    undecided.scale_to_zero_enabled = None
    with pytest.raises(InvalidParameterValue) as refused:
        workspace.client.serving_endpoints.create(NAME, config=config(undecided))
    assert str(refused.value) == "scaleToZeroEnabled is undefined. Please set it to either true or false."


@pytest.mark.parametrize("key", ["rookery.owner", "a,b", "a=b", "a/b", "a:b", "", "x" * 256])
def test_a_tag_key_with_reserved_characters_is_refused(
    workspace: RunningWorkspace, doubling: str, key: str
) -> None:
    tags = [EndpointTag("fine", "1"), EndpointTag(key, "2")]
    with pytest.raises(InvalidParameterValue) as refused:
        workspace.client.serving_endpoints.create(NAME, config=config(entity(doubling)), tags=tags)
    assert str(refused.value) == (
        f"Endpoint tag key {key} is either not between 1-255 characters long or contains one or more of the "
        "reserved characters: . , = / or :"
    )
    with pytest.raises(InvalidParameterValue, match=r"^Endpoint tag key"):
        workspace.client.serving_endpoints.patch(NAME, add_tags=tags)


@pytest.mark.parametrize("field", ["auto_capture_config", "ai_gateway"])
def test_what_would_not_be_honoured_is_refused(
    workspace: RunningWorkspace, doubling: str, field: str
) -> None:
    served = config(entity(doubling)).as_dict()
    body: dict[str, Any] = {"name": NAME, "config": served}
    (served if field == "auto_capture_config" else body)[field] = {"enabled": True}
    refused = workspace.call("POST", "/api/2.0/serving-endpoints", body)
    assert (refused.status_code, refused.json()["error_code"]) == (400, "INVALID_PARAMETER_VALUE")
    assert refused.json()["message"] == f"The local workspace does not offer {field}: leave it out."


def test_an_unknown_version_is_refused(workspace: RunningWorkspace, doubling: str) -> None:
    endpoints = workspace.client.serving_endpoints
    for unknown in (entity("99"), entity(doubling, model="No Such Model")):
        with pytest.raises(ResourceDoesNotExist):
            endpoints.create(NAME, config=config(unknown))
    with pytest.raises(ResourceDoesNotExist):
        endpoints.get(NAME)
