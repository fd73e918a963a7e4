"""Champion, challenger and previous, in both registries of a workspace, by Databricks' own client."""

from uuid import uuid4

import pytest

from rookery.workspace.promotion import roles
from rookery.workspace.promotion.roles import CHALLENGER, CHAMPION, PREVIOUS
from tests.wire.running_workspace import RunningWorkspace

WORKSPACE_REGISTRY, CATALOG = "/api/2.0/mlflow", "/api/2.0/mlflow/unity-catalog"


@pytest.fixture(params=[WORKSPACE_REGISTRY, CATALOG], ids=["workspace registry", "Unity Catalog"])
def model(workspace: RunningWorkspace, request: pytest.FixtureRequest) -> str:
    """A model with three versions, of which the first has a tag."""
    api = str(request.param)
    name = f"Model {uuid4().hex}" if api == WORKSPACE_REGISTRY else f"main.default.model_{uuid4().hex}"
    assert workspace.call("POST", f"{api}/registered-models/create", {"name": name}).is_success
    run = workspace.call("POST", "/api/2.0/mlflow/runs/create", {"experiment_id": "0"}).json()["run"]["info"]
    for number in range(3):
        version = {"name": name, "source": f"{run['artifact_uri']}/model", "run_id": run["run_id"]}
        tags = {"tags": [{"key": "rookery_examples", "value": "dbfs:/x"}]} if number == 0 else {}
        created = workspace.call("POST", f"{api}/model-versions/create", {**version, **tags})
        assert created.is_success, created.text
    return name


def held(workspace: RunningWorkspace, model: str) -> dict[str, str | None]:
    client = workspace.client
    return {role: roles.version_with(client, model, role) for role in (CHALLENGER, CHAMPION, PREVIOUS)}


def test_a_version_goes_from_challenger_to_champion_to_previous(
    workspace: RunningWorkspace, model: str
) -> None:
    client = workspace.client
    assert held(workspace, model) == {CHALLENGER: None, CHAMPION: None, PREVIOUS: None}
    roles.give(client, model, "1", CHALLENGER)
    assert roles.promote(client, model, "1") is None
    assert held(workspace, model) == {CHALLENGER: None, CHAMPION: "1", PREVIOUS: None}
    roles.give(client, model, "2", CHALLENGER)
    roles.give(client, model, "3", CHALLENGER)
    assert held(workspace, model) == {CHALLENGER: "3", CHAMPION: "1", PREVIOUS: None}
    for _ in range(2):
        assert roles.promote(client, model, "3") == "1"
        assert held(workspace, model) == {CHALLENGER: None, CHAMPION: "3", PREVIOUS: "1"}


def test_a_model_that_is_not_there_has_no_champion(workspace: RunningWorkspace) -> None:
    for name in ("No Such Model", "main.default.no_such_model"):
        assert held(workspace, name) == {CHALLENGER: None, CHAMPION: None, PREVIOUS: None}


def test_the_tags_of_a_version_are_read(workspace: RunningWorkspace, model: str) -> None:
    roles.give(workspace.client, model, "2", CHALLENGER)
    assert roles.version_tags(workspace.client, model, "1")["rookery_examples"] == "dbfs:/x"
    assert "rookery_examples" not in roles.version_tags(workspace.client, model, "2")
