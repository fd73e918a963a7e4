"""Comments, requests to move versions, and permissions in the workspace registry, by Databricks' SDK."""

from uuid import uuid4

import pytest
from databricks.sdk.errors import BadRequest, NotFound, ResourceAlreadyExists
from databricks.sdk.service.ml import (
    ActivityType,
    RegisteredModelAccessControlRequest,
    RegisteredModelPermissionLevel,
)

from tests.wire.running_workspace import RunningWorkspace

ME = "local.user@example.com"


@pytest.fixture
def model(workspace: RunningWorkspace) -> str:
    """The name of a model with two versions, of files on DBFS."""
    registry, name = workspace.client.model_registry, f"Reviewed {uuid4()}"
    registry.create_model(name)
    for _ in range(2):
        registry.create_model_version(name, "dbfs:/by-hand")
    return name


def stages(workspace: RunningWorkspace, model: str) -> dict[str, str]:
    found = workspace.client.model_registry.search_model_versions(filter=f"name = '{model}'")
    return {str(each.version): str(each.current_stage) for each in found}


def test_comments_are_made_changed_and_removed(workspace: RunningWorkspace, model: str) -> None:
    registry = workspace.client.model_registry
    made = registry.create_comment(model, "1", "looks good").comment
    assert made is not None
    assert (made.comment, made.user_id) == ("looks good", ME)
    changed = registry.update_comment(str(made.id), "looks better").comment
    assert changed is not None
    assert (changed.id, changed.comment) == (made.id, "looks better")
    registry.delete_comment(str(made.id))
    with pytest.raises(NotFound):
        registry.update_comment(str(made.id), "x")
    with pytest.raises(NotFound):
        registry.create_comment(model, "77", "x")


def test_a_request_to_move_a_version_is_approved(workspace: RunningWorkspace, model: str) -> None:
    registry = workspace.client.model_registry
    registry.transition_stage(model, "1", "Production", False)
    registry.create_transition_request(model, "2", "production", comment="please")
    with pytest.raises(ResourceAlreadyExists, match="is open"):
        registry.create_transition_request(model, "2", "Production")
    (asked,) = registry.list_transition_requests(model, "2")
    assert (asked.to_stage, asked.user_id, asked.comment) == ("Production", ME, "please")
    assert list(registry.list_transition_requests(model, "1")) == []
    done = registry.approve_transition_request(model, "2", "Production", True, comment="yes").activity
    assert done is not None
    assert (done.activity_type, done.from_stage, done.to_stage) == (
        ActivityType.APPROVED_REQUEST,
        "None",
        "Production",
    )
    assert stages(workspace, model) == {"1": "Archived", "2": "Production"}
    assert list(registry.list_transition_requests(model, "2")) == []


def test_a_request_to_move_a_version_is_rejected_or_taken_back(
    workspace: RunningWorkspace, model: str
) -> None:
    registry = workspace.client.model_registry
    for _ in range(2):
        registry.create_transition_request(model, "1", "Staging")
        rejected = registry.reject_transition_request(model, "1", "Staging").activity
        assert rejected is not None
        assert rejected.activity_type is ActivityType.REJECTED_REQUEST
    registry.create_transition_request(model, "1", "Staging")
    with pytest.raises(NotFound):
        registry.delete_transition_request(model, "1", "Staging", "another.user@example.com")
    registry.delete_transition_request(model, "1", "Staging", ME)
    with pytest.raises(NotFound):
        registry.approve_transition_request(model, "1", "Staging", False)
    with pytest.raises(BadRequest):
        registry.create_transition_request(model, "1", "Nowhere")
    assert stages(workspace, model) == {"1": "None", "2": "None"}


def test_a_request_that_cannot_be_carried_out_stays_open(workspace: RunningWorkspace, model: str) -> None:
    registry = workspace.client.model_registry
    registry.transition_stage(model, "1", "Staging", False)
    registry.create_transition_request(model, "1", "None")
    with pytest.raises(BadRequest, match="cannot archive"):
        registry.approve_transition_request(model, "1", "None", True)
    assert [each.to_stage for each in registry.list_transition_requests(model, "1")] == ["None"]


def test_permissions_of_a_model_are_recorded_and_shown(workspace: RunningWorkspace, model: str) -> None:
    registry = workspace.client.model_registry
    found = registry.get_model(model).registered_model_databricks
    assert found is not None
    level = RegisteredModelPermissionLevel.CAN_EDIT
    entry = RegisteredModelAccessControlRequest(user_name="another@example.com", permission_level=level)
    registry.update_permissions(str(found.id), access_control_list=[entry])
    shown = registry.get_permissions(str(found.id)).access_control_list or []
    assert {"another@example.com", ME} <= {each.user_name for each in shown}
    levels = registry.get_permission_levels(str(found.id)).permission_levels or []
    assert level in {each.permission_level for each in levels}
    with pytest.raises(NotFound):
        registry.get_permissions("0123")


def test_a_version_may_be_of_files_on_dbfs_or_in_a_volume(workspace: RunningWorkspace) -> None:
    client, name = workspace.client, f"By hand {uuid4()}"
    client.dbfs.put("/by-hand/MLmodel", contents="e30=", overwrite=True)
    client.model_registry.create_model(name)
    client.model_registry.create_model_version(name, "dbfs:/by-hand")
    found = client.model_registry.get_model_version(name, "1").model_version
    assert found is not None
    assert found.source == "dbfs:/by-hand"
    listed = workspace.call("GET", f"/api/2.0/mlflow/model-versions/list-artifacts?name={name}&version=1")
    assert listed.json() == {"files": [{"path": "MLmodel", "is_dir": False, "file_size": 2}]}
    client.model_registry.create_model_version(name, "dbfs:/Volumes/main/none/none/x")
    listed = workspace.call("GET", f"/api/2.0/mlflow/model-versions/list-artifacts?name={name}&version=2")
    assert listed.status_code == 404
