"""Permissions through the SDK, and what is not offered at all."""

import io
import secrets
from collections.abc import Callable

import pytest
from databricks.sdk.errors import InvalidParameterValue, ResourceDoesNotExist
from databricks.sdk.errors import NotImplemented as NotOffered
from databricks.sdk.service.iam import AccessControlRequest, ObjectPermissions, PermissionLevel
from databricks.sdk.service.jobs import SparkPythonTask, Task

from tests.wire.running_workspace import RunningWorkspace


@pytest.fixture
def job_id(workspace: RunningWorkspace) -> str:
    task = Task(
        task_key="main", existing_cluster_id="c", spark_python_task=SparkPythonTask(python_file="dbfs:/a.py")
    )
    return str(workspace.client.jobs.create(name="permitted", tasks=[task]).job_id)


def entries(shown: ObjectPermissions) -> list[tuple[str | None, list[str]]]:
    """Who has which levels."""
    return [
        (
            entry.user_name or entry.group_name,
            [
                str(each.permission_level.value)
                for each in entry.all_permissions or []
                if each.permission_level
            ],
        )
        for entry in shown.access_control_list or []
    ]


def test_a_job_has_an_owner_and_gets_others_who_may_see_it(workspace: RunningWorkspace, job_id: str) -> None:
    api, user = workspace.client.permissions, "local.user@example.com"
    assert entries(api.get("jobs", job_id)) == [(user, ["IS_OWNER"]), ("admins", ["CAN_MANAGE"])]
    viewer = AccessControlRequest(group_name="users", permission_level=PermissionLevel.CAN_VIEW)
    assert ("users", ["CAN_VIEW"]) in entries(api.update("jobs", job_id, access_control_list=[viewer]))
    runner = AccessControlRequest(group_name="users", permission_level=PermissionLevel.CAN_MANAGE_RUN)
    shown = entries(api.set("jobs", job_id, access_control_list=[runner]))
    assert shown == [(user, ["IS_OWNER"]), ("users", ["CAN_MANAGE_RUN"]), ("admins", ["CAN_MANAGE"])]
    levels = api.get_permission_levels("jobs", job_id).permission_levels or []
    assert PermissionLevel.CAN_VIEW in [level.permission_level for level in levels]
    wrong = AccessControlRequest(group_name="users", permission_level=PermissionLevel.CAN_QUERY)
    with pytest.raises(InvalidParameterValue, match="permission_level of jobs is one of"):
        api.update("jobs", job_id, access_control_list=[wrong])


def test_what_has_an_id_has_permissions(workspace: RunningWorkspace) -> None:
    client = workspace.client
    name = f"/Shared/permissions-{secrets.token_hex(4)}"
    client.workspace.mkdirs(name)
    client.workspace.upload(f"{name}/note.py", io.BytesIO(b"print(1)"))
    experiment = client.experiments.create_experiment(f"{name}/experiment").experiment_id
    policy = client.cluster_policies.create(name=name[-8:], definition="{}").policy_id
    model = f"permissions {secrets.token_hex(4)}"
    client.model_registry.create_model(model)
    registered = client.model_registry.get_model(model).registered_model_databricks
    assert registered is not None
    ids = {
        "registered-models": registered.id,
        "directories": client.workspace.get_status(name).object_id,
        "notebooks": client.workspace.get_status(f"{name}/note.py").object_id,
        "experiments": experiment,
        "cluster-policies": policy,
    }
    for kind, number in ids.items():
        shown = client.permissions.get(kind, str(number))
        assert shown.object_id == f"/{kind}/{number}"
        assert client.permissions.get_permission_levels(kind, str(number)).permission_levels
    with pytest.raises(ResourceDoesNotExist):
        client.permissions.get("notebooks", str(ids["directories"]))
    client.cluster_policies.delete(str(policy))


def test_what_is_not_offered_says_so(workspace: RunningWorkspace) -> None:
    client = workspace.client
    calls: list[tuple[Callable[[], object], str]] = [
        (lambda: list(client.pipelines.list_pipelines()), "no pipelines"),
        (lambda: list(client.warehouses.list()), "no SQL warehouses"),
        (lambda: client.permissions.get("pipelines", "1"), "no permissions of pipelines"),
    ]
    for call, text in calls:
        with pytest.raises(NotOffered, match=text):
            call()
