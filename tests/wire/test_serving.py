"""Serving endpoints: real scoring servers behind the API."""

import json
import re
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import psutil
import pytest
from databricks.sdk.errors import (
    BadRequest,
    NotFound,
    OperationFailed,
    ResourceAlreadyExists,
    ResourceConflict,
    ResourceDoesNotExist,
)
from databricks.sdk.service.serving import (
    EndpointCoreConfigInput,
    EndpointStateConfigUpdate,
    EndpointStateReady,
    EndpointTag,
    RateLimit,
    RateLimitKey,
    RateLimitRenewalPeriod,
    Route,
    ServedModelInput,
    ServingEndpointDetailed,
    TrafficConfig,
)
from mlflow.deployments import get_deploy_client
from requests import HTTPError

from tests.wire.multiplier import (
    register_broken,
    register_logged_model,
    register_multiplier,
    register_pickled,
)
from tests.wire.polling import until
from tests.wire.running_workspace import RunningWorkspace
from tests.wire.serving_requests import MODEL, config, entity

ENVIRONMENT, DIE = -1.0, -2.0  # what the multiplier's loader does something else with


@pytest.fixture(scope="module")
def doubling(workspace: RunningWorkspace) -> str:
    """The version of `MODEL` that multiplies by two."""
    return register_multiplier(workspace, MODEL, "2")


@pytest.fixture(scope="module")
def tripling(workspace: RunningWorkspace, doubling: str) -> str:  # noqa: ARG001
    """The version of `MODEL` that multiplies by three."""
    return register_multiplier(workspace, MODEL, "3")


@pytest.fixture
def name(workspace: RunningWorkspace) -> Iterator[str]:
    """A name for an endpoint that goes with the test."""
    name = f"predict-{secrets.token_hex(4)}"
    yield name
    workspace.call("DELETE", f"/api/2.0/serving-endpoints/{name}")


@pytest.fixture(scope="module")
def served(workspace: RunningWorkspace, doubling: str) -> Iterator[str]:
    """A READY endpoint that doubles, for tests that only ask it."""
    name = f"predict-{secrets.token_hex(4)}"
    workspace.client.serving_endpoints.create_and_wait(name, config=config(entity(doubling)))
    yield name
    workspace.client.serving_endpoints.delete(name)


def scorers(workspace: RunningWorkspace) -> list[psutil.Process]:
    return [child for child in psutil.Process(workspace.pid).children(recursive=True) if _is_scorer(child)]


def _is_scorer(process: psutil.Process) -> bool:
    try:
        command = " ".join(process.cmdline())
        return "scoring_server.py" in command and "guard.py" not in command
    except psutil.NoSuchProcess:  # it has just ended
        return False


def answer(workspace: RunningWorkspace, name: str, x: float = 1.0) -> Any:
    asked = workspace.client.serving_endpoints.query(name, dataframe_records=[{"x": x}])
    return asked.predictions


def test_a_new_endpoint_has_a_pending_configuration_only(
    workspace: RunningWorkspace, name: str, doubling: str
) -> None:
    waiting = workspace.client.serving_endpoints.create(
        name, config=config(entity(doubling)), tags=[EndpointTag("rookery_owner", "me")]
    )
    created = cast(ServingEndpointDetailed, waiting.response)
    assert created.config is None
    assert created.pending_config is not None
    assert created.state is not None
    assert created.state.ready == EndpointStateReady.NOT_READY
    assert created.state.config_update == EndpointStateConfigUpdate.IN_PROGRESS
    assert answer_before_ready(workspace, name) in {"TEMPORARILY_UNAVAILABLE", None}
    ready = waiting.result()
    assert ready.pending_config is None
    assert ready.state is not None
    assert ready.state.ready == EndpointStateReady.READY
    assert [(t.key, t.value) for t in ready.tags or []] == [("rookery_owner", "me")]
    assert answer(workspace, name, 21.0) == [42.0]


def answer_before_ready(workspace: RunningWorkspace, name: str) -> Any:
    asked = workspace.call(
        "POST", f"/serving-endpoints/{name}/invocations", {"dataframe_records": [{"x": 1.0}]}
    )
    return asked.json().get("error_code")


@pytest.mark.parametrize(
    "body",
    [
        {"dataframe_records": [{"x": 2.0}, {"x": 3}]},
        {"dataframe_split": {"columns": ["x"], "data": [[2.0], [3.0]]}},
        {"inputs": {"x": [2.0, 3.0]}},
        {"instances": [{"x": 2.0}, {"x": 3.0}]},
        {"dataframe_records": [{"x": 2.0}, {"x": 3.0}], "client_request_id": "mine"},
    ],
)
def test_every_input_form_is_scored(workspace: RunningWorkspace, served: str, body: dict[str, Any]) -> None:
    scored = workspace.call("POST", f"/serving-endpoints/{served}/invocations", body)
    assert scored.json() == {"predictions": [4.0, 6.0]}
    assert scored.headers["served-model-name"] == "predictor"


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ({}, "exactly one of the input fields"),
        ({"inputs": {"x": [1.0]}, "instances": [{"x": 1.0}]}, "exactly one of the input fields"),
        ({"dataframe_records": [{"y": 1.0}]}, "Failed to enforce schema"),
        ({"dataframe_records": [{"x": "word"}]}, "Failed to convert column x"),
    ],
)
def test_a_wrong_input_is_refused_in_databricks_form(
    workspace: RunningWorkspace, served: str, body: dict[str, Any], text: str
) -> None:
    path = f"/serving-endpoints/{served}/invocations"
    refused = workspace.call("POST", path, body)
    assert (refused.status_code, refused.json()["error_code"]) == (400, "BAD_REQUEST")
    with pytest.raises(BadRequest, match=text):
        workspace.client.api_client.do("POST", path, body=body)


def test_a_request_that_is_no_json_is_refused(workspace: RunningWorkspace, served: str) -> None:
    with workspace.http as http:
        path = f"/serving-endpoints/{served}/invocations"
        refused = http.post(path, content=b"{", headers={"content-type": "application/json"})
        assert (refused.status_code, refused.json()["error_code"]) == (400, "BAD_REQUEST")
        large = http.post(path, content=b"x" * (16 * 1024 * 1024 + 1))
        assert (large.status_code, large.json()["error_code"]) == (400, "BAD_REQUEST")


def test_a_served_version_is_addressed_by_its_name(workspace: RunningWorkspace, served: str) -> None:
    body = {"dataframe_records": [{"x": 2.0}]}
    one = workspace.call("POST", f"/serving-endpoints/{served}/served-models/predictor/invocations", body)
    assert one.json() == {"predictions": [4.0]}
    none = workspace.call("POST", f"/serving-endpoints/{served}/served-models/other/invocations", body)
    assert none.status_code == 404


def test_a_scoring_server_sees_no_token_and_only_its_own_files(
    workspace: RunningWorkspace, served: str
) -> None:
    environment = dict(line.split("=", 1) for line in answer(workspace, served, ENVIRONMENT))
    assert workspace.token not in json.dumps(environment)
    assert not [variable for variable in environment if variable.startswith(("DATABRICKS_", "PYTHONPATH"))]
    assert environment["MLFLOW_ALLOW_PICKLE_DESERIALIZATION"] == "false"
    own = workspace.root / "served_models"
    assert Path(environment["HOME"]).is_relative_to(own)
    assert Path(environment["__pyfunc_model_path__"]).is_relative_to(own)


def test_a_scoring_server_listens_on_no_port(workspace: RunningWorkspace, served: str) -> None:
    assert answer(workspace, served) == [2.0]
    listening = [
        connection
        for scorer in scorers(workspace)
        for connection in scorer.net_connections("inet")
        if connection.status == psutil.CONN_LISTEN
    ]
    assert listening == []
    sockets = workspace.root / "sockets"
    assert sockets.stat().st_mode & 0o077 == 0


def test_a_scoring_server_that_dies_is_started_again(
    workspace: RunningWorkspace, name: str, doubling: str
) -> None:
    workspace.client.serving_endpoints.create_and_wait(name, config=config(entity(doubling)))
    # Asked without the SDK, which would ask again for minutes.
    died = workspace.call(
        "POST", f"/serving-endpoints/{name}/invocations", {"dataframe_records": [{"x": DIE}]}
    )
    assert (died.status_code, died.json()["error_code"]) == (503, "TEMPORARILY_UNAVAILABLE")
    until(lambda: _is_ready(workspace, name), "READY again")
    assert answer(workspace, name) == [2.0]


def _is_ready(workspace: RunningWorkspace, name: str) -> bool:
    endpoint: ServingEndpointDetailed = workspace.client.serving_endpoints.get(name)
    return endpoint.state is not None and endpoint.state.ready == EndpointStateReady.READY


def test_an_update_serves_the_old_version_until_the_new_one_is_ready(
    workspace: RunningWorkspace, name: str, doubling: str, tripling: str
) -> None:
    endpoints = workspace.client.serving_endpoints
    endpoints.create_and_wait(name, config=config(entity(doubling)))
    old = {scorer.pid for scorer in scorers(workspace)}
    updating = endpoints.update_config(name, served_entities=[entity(tripling)])
    deploying = cast(ServingEndpointDetailed, updating.response)
    assert deploying.config is not None
    assert deploying.pending_config is not None
    with pytest.raises(ResourceConflict):
        endpoints.update_config(name, served_entities=[entity(tripling)])
    answers = []

    def has_swapped() -> bool:
        assert _is_ready(workspace, name)
        answers.extend(answer(workspace, name))
        return bool(answers[-1] == 3.0)

    until(has_swapped, "the new version answers")
    assert set(answers) == {2.0, 3.0}
    assert answers == sorted(answers)
    updated = updating.result()
    assert updated.config is not None
    assert updated.config.config_version == 2
    until(lambda: len(old & {scorer.pid for scorer in scorers(workspace)}) < len(old), "the old process ends")


@pytest.mark.matrix
def test_a_failed_update_leaves_the_old_version_serving(
    workspace: RunningWorkspace, name: str, doubling: str
) -> None:
    broken = register_broken(workspace, "broken")
    endpoints = workspace.client.serving_endpoints
    endpoints.create_and_wait(name, config=config(entity(doubling)))
    endpoints.update_config(name, served_entities=[entity(broken, model="broken")])
    until(lambda: _update_state(workspace, name) == "UPDATE_FAILED", "the update fails")
    endpoint = workspace.call("GET", f"/api/2.0/serving-endpoints/{name}").json()
    state = endpoint["pending_config"]["served_entities"][0]["state"]
    assert state["deployment"] == "DEPLOYMENT_FAILED"
    assert "this model cannot be loaded" in state["deployment_state_message"]
    assert endpoint["state"]["ready"] == "READY"
    assert answer(workspace, name) == [2.0]
    endpoints.update_config_and_wait(name, served_entities=[entity(doubling)])
    assert answer(workspace, name) == [2.0]


def test_a_first_deployment_that_fails_can_be_mended(
    workspace: RunningWorkspace, name: str, doubling: str
) -> None:
    broken = register_broken(workspace, "broken")
    endpoints = workspace.client.serving_endpoints
    with pytest.raises(OperationFailed):
        endpoints.create_and_wait(name, config=config(entity(broken, model="broken")))
    assert _update_state(workspace, name) == "UPDATE_FAILED"
    assert not _is_ready(workspace, name)
    endpoints.update_config_and_wait(name, served_entities=[entity(doubling)])
    assert answer(workspace, name) == [2.0]


def test_a_pickled_model_is_not_loaded(workspace: RunningWorkspace, name: str, tmp_path: Path) -> None:
    version = register_pickled(workspace, "pickled", tmp_path / "touched")
    with pytest.raises(OperationFailed):
        workspace.client.serving_endpoints.create_and_wait(
            name, config=config(entity(version, model="pickled"))
        )
    endpoint = workspace.call("GET", f"/api/2.0/serving-endpoints/{name}").json()
    state = endpoint["pending_config"]["served_entities"][0]["state"]
    assert "MLFLOW_ALLOW_PICKLE_DESERIALIZATION" in state["deployment_state_message"]
    assert not (tmp_path / "touched").exists()


def _update_state(workspace: RunningWorkspace, name: str) -> str:
    state = workspace.call("GET", f"/api/2.0/serving-endpoints/{name}").json()["state"]
    return str(state["config_update"])


@pytest.mark.matrix
def test_a_logged_model_of_mlflow_3_is_served(workspace: RunningWorkspace, name: str) -> None:
    version = register_logged_model(workspace, "logged", "7")
    found = workspace.client.model_registry.get_model_version("logged", version).model_version
    assert found is not None
    assert (found.source or "").startswith("models:/m-")
    workspace.client.serving_endpoints.create_and_wait(name, config=config(entity(version, model="logged")))
    assert answer(workspace, name) == [7.0]


@pytest.mark.matrix
def test_a_version_registered_by_its_run_is_found(
    workspace: RunningWorkspace, name: str, doubling: str
) -> None:
    registry = workspace.client.model_registry
    run = registry.get_model_version(MODEL, doubling).model_version
    assert run is not None
    body = {"name": MODEL, "source": f"runs:/{run.run_id}/model", "run_id": run.run_id}
    created = workspace.call("POST", "/api/2.0/mlflow/model-versions/create", body)
    version = created.json()["model_version"]["version"]
    creating = workspace.client.serving_endpoints.create(name, config=config(entity(version)))
    assert cast(ServingEndpointDetailed, creating.response).name == name


def test_traffic_is_shared(workspace: RunningWorkspace, name: str, doubling: str, tripling: str) -> None:
    routes = [
        Route(served_model_name="two", traffic_percentage=50),
        Route(served_model_name="three", traffic_percentage=50),
    ]
    workspace.client.serving_endpoints.create_and_wait(
        name,
        config=config(
            entity(doubling, "two"), entity(tripling, "three"), traffic_config=TrafficConfig(routes=routes)
        ),
    )
    assert {answer(workspace, name)[0] for _ in range(40)} == {2.0, 3.0}


def test_a_deleted_endpoint_leaves_no_process_and_frees_its_name(
    workspace: RunningWorkspace, name: str, doubling: str
) -> None:
    endpoints = workspace.client.serving_endpoints
    before = len(scorers(workspace))
    endpoints.create_and_wait(name, config=config(entity(doubling)))
    endpoints.delete(name)
    assert len(scorers(workspace)) == before
    with pytest.raises((ResourceDoesNotExist, NotFound)):
        endpoints.get(name)
    endpoints.create(name, config=config(entity(doubling)))
    endpoints.delete(name)
    assert len(scorers(workspace)) == before
    assert name not in [endpoint.name for endpoint in endpoints.list()]


def test_tags_are_added_and_removed(workspace: RunningWorkspace, served: str) -> None:
    endpoints = workspace.client.serving_endpoints
    endpoints.patch(served, add_tags=[EndpointTag("a", "1"), EndpointTag("b", "2")])
    endpoints.patch(served, add_tags=[EndpointTag("a", "3")], delete_tags=["b"])
    assert [(t.key, t.value) for t in endpoints.get(served).tags or []] == [("a", "3")]


@pytest.mark.matrix
def test_calls_are_limited_and_counted(workspace: RunningWorkspace, served: str) -> None:
    endpoints = workspace.client.serving_endpoints
    limit = RateLimit(calls=1, key=RateLimitKey.USER, renewal_period=RateLimitRenewalPeriod.MINUTE)
    assert endpoints.put(served, rate_limits=[limit]).rate_limits == [limit]
    answer(workspace, served)
    refused = workspace.call("POST", f"/serving-endpoints/{served}/invocations", {"inputs": [{"x": 1.0}]})
    assert (refused.status_code, refused.json()["error_code"]) == (429, "REQUEST_LIMIT_EXCEEDED")
    endpoints.put(served, rate_limits=[])
    answer(workspace, served)
    told = endpoints.export_metrics(served).contents
    assert told is not None
    metrics = told.read().decode()
    assert re.search(rf'request_count_total{{endpoint_name="{served}",[^}}]*}} [1-9]', metrics)
    shown = endpoints.get(served).config
    assert shown is not None
    (only,) = shown.served_entities or []
    assert "DEPLOYMENT_READY" in endpoints.build_logs(served, str(only.name)).logs


def test_older_clients_name_models_instead_of_entities(
    workspace: RunningWorkspace, name: str, doubling: str
) -> None:
    model = ServedModelInput(
        name="predictor",
        model_name=MODEL,
        model_version=doubling,
        workload_size="Small",
        scale_to_zero_enabled=False,
    )
    endpoint = workspace.client.serving_endpoints.create_and_wait(
        name, config=EndpointCoreConfigInput(name=name, served_models=[model])
    )
    assert endpoint.config is not None
    assert [e.entity_name for e in endpoint.config.served_entities or []] == [MODEL]
    assert [m.model_name for m in endpoint.config.served_models or []] == [MODEL]


def test_a_name_is_taken_once(workspace: RunningWorkspace, served: str, doubling: str) -> None:
    with pytest.raises(ResourceAlreadyExists):
        workspace.client.serving_endpoints.create(served, config=config(entity(doubling)))


@pytest.fixture
def deployments(workspace: RunningWorkspace, monkeypatch: pytest.MonkeyPatch) -> Any:
    """MLflow's deployments client, told where the workspace is by the environment."""
    monkeypatch.setenv("DATABRICKS_HOST", workspace.origin)
    monkeypatch.setenv("DATABRICKS_TOKEN", workspace.token)
    return get_deploy_client("databricks")  # type: ignore[no-untyped-call]


def test_the_deployments_client_finds_and_asks_an_endpoint(deployments: Any, served: str) -> None:
    assert served in [endpoint["name"] for endpoint in deployments.list_endpoints()]
    assert deployments.get_endpoint(served).state.ready == "READY"
    body = {"dataframe_split": {"columns": ["x"], "data": [[4.0]]}}
    assert deployments.predict(endpoint=served, inputs=body)["predictions"] == [8.0]
    with pytest.raises(HTTPError, match="404"):
        deployments.predict(endpoint="no-such-endpoint", inputs=body)
    assert deployments.update_endpoint_tags(
        served, {"add_tags": [{"key": "by", "value": "deployments"}], "delete_tags": []}
    )["tags"]
    with pytest.raises(HTTPError, match="501"):
        deployments.update_endpoint_ai_gateway(served, {"usage_tracking_config": {"enabled": True}})


def test_the_schema_of_an_endpoint_says_what_it_takes(workspace: RunningWorkspace, served: str) -> None:
    answer = workspace.client.serving_endpoints.get_open_api(served)
    assert answer.contents is not None
    schema = json.loads(answer.contents.read())
    assert schema["servers"] == [{"url": f"{workspace.origin}/serving-endpoints/{served}"}]
    content = schema["paths"]["/served-models/predictor/invocations"]["post"]["requestBody"]["content"]
    split, records = content["application/json"]["schema"]["oneOf"]
    assert split["properties"]["dataframe_split"]["properties"]["columns"]["items"]["enum"] == ["x"]
    assert records["properties"]["dataframe_records"]["items"]["properties"]["x"]["type"] == "number"


@pytest.mark.matrix
def test_the_deployments_client_makes_changes_and_deletes_an_endpoint(
    deployments: Any, workspace: RunningWorkspace, name: str, doubling: str, tripling: str
) -> None:
    def is_settled() -> bool:
        return bool(deployments.get_endpoint(name).state.config_update != "IN_PROGRESS")

    made = deployments.create_endpoint(
        config={
            "name": name,
            "config": {"served_entities": [entity(doubling).as_dict()]},
            "tags": [{"key": "team", "value": "birds"}],
        }
    )
    assert (made.name, made.state.config_update) == (name, "IN_PROGRESS")
    with pytest.raises(HTTPError, match="RESOURCE_ALREADY_EXISTS"):
        deployments.create_endpoint(
            config={"name": name, "config": {"served_entities": [entity(doubling).as_dict()]}}
        )
    until(is_settled, "the first version")
    deployments.update_endpoint_config(name, {"served_entities": [entity(tripling).as_dict()]})
    until(is_settled, "the second version")
    assert answer(workspace, name) == [3.0]
    deployments.update_endpoint_rate_limits(
        name, {"rate_limits": [{"key": "endpoint", "renewal_period": "minute", "calls": 1}]}
    )
    body = {"dataframe_records": [{"x": 1.0}]}
    assert deployments.predict(endpoint=name, inputs=body)["predictions"] == [3.0]
    deployments.delete_endpoint(name)
    assert name not in [each.name for each in workspace.client.serving_endpoints.list()]
