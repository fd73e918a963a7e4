"""Who the caller is, and by which tokens, asked by unmodified clients."""

import logging
import secrets

import httpx
import pytest
from databricks.sdk import WorkspaceClient
from databricks.sdk.config import Config
from databricks.sdk.errors import BadRequest, NotFound, PermissionDenied
from databricks.sdk.service import iam

from tests.wire.running_workspace import RunningWorkspace

USER = "local.user@example.com"


def client_with(workspace: RunningWorkspace, token: str) -> WorkspaceClient:
    return WorkspaceClient(config=Config(host=workspace.origin, token=token, auth_type="pat"))


def test_the_sdk_learns_user_workspace_and_account(workspace: RunningWorkspace) -> None:
    client = workspace.client
    assert client.current_user.me().user_name == USER
    assert client.get_workspace_id() == int(client.config.workspace_id)
    assert client.config.account_id


def test_the_sdk_makes_no_warning_about_the_host(
    workspace: RunningWorkspace, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING, "databricks.sdk"):
        workspace.client.current_user.me()
    assert caplog.text == ""


def test_me_carries_the_workspace_s_number(workspace: RunningWorkspace) -> None:
    answer = workspace.call("GET", "/api/2.0/preview/scim/v2/Me")
    assert answer.json()["active"] is True
    assert int(answer.headers["x-databricks-org-id"]) > 0


def test_a_service_principal_calls_by_oauth_until_it_is_not_active_any_more(
    workspace: RunningWorkspace,
) -> None:
    client = workspace.client
    robot = client.service_principals.create(display_name="robot")
    made = client.service_principal_secrets_proxy.create(service_principal_id=str(robot.id))
    config = Config(
        host=workspace.origin,
        client_id=robot.application_id,
        client_secret=made.secret,
        auth_type="oauth-m2m",
    )
    itself = WorkspaceClient(config=config)
    me = itself.current_user.me()
    assert (me.user_name, me.display_name) == (robot.application_id, "robot")
    assert isinstance(list(itself.clusters.list()), list)
    (kept,) = client.service_principal_secrets_proxy.list(service_principal_id=str(robot.id))
    assert kept.id == made.id
    change = iam.Patch(op=iam.PatchOp.REPLACE, value={"active": False})
    client.service_principals.patch(str(robot.id), operations=[change])
    with pytest.raises(PermissionDenied, match="Invalid access token"):
        itself.current_user.me()


def test_a_wrong_client_gets_no_token(workspace: RunningWorkspace) -> None:
    url = f"{workspace.origin}/oidc/v1/token"
    form = {"grant_type": "client_credentials", "scope": "all-apis"}
    answer = httpx.post(url, data=form, auth=("nobody", "wrong"), trust_env=False)
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
    answer = httpx.post(url, data=form | {"grant_type": "password"}, trust_env=False)
    assert (answer.status_code, answer.json()["error"]) == (400, "unsupported_grant_type")


def test_a_personal_token_gets_in_until_it_is_deleted(workspace: RunningWorkspace) -> None:
    client = workspace.client
    made = client.tokens.create(comment="for a test", lifetime_seconds=600)
    assert made.token_info is not None
    assert made.token_value is not None
    other = client_with(workspace, made.token_value)
    assert other.current_user.me().user_name == USER
    assert made.token_info.token_id in [each.token_id for each in other.tokens.list()]
    of_user = client.token_management.list(created_by_username=USER)
    assert made.token_info.token_id in [each.token_id for each in of_user]
    client.tokens.delete(str(made.token_info.token_id))
    with pytest.raises(PermissionDenied, match="Invalid access token"):
        other.current_user.me()
    assert made.token_value not in (workspace.root / "workspace.db").read_bytes().decode("latin-1")


def test_a_service_principal_is_given_a_personal_token(workspace: RunningWorkspace) -> None:
    client = workspace.client
    robot = client.service_principals.create(display_name="another robot")
    made = client.token_management.create_obo_token(str(robot.application_id), lifetime_seconds=600)
    itself = client_with(workspace, str(made.token_value))
    assert itself.current_user.me().user_name == robot.application_id
    client.service_principals.delete(str(robot.id))
    with pytest.raises(PermissionDenied):
        itself.current_user.me()


def test_groups_have_members_who_know_them(workspace: RunningWorkspace) -> None:
    client = workspace.client
    name = f"group {secrets.token_hex(4)}"
    user = client.users.create(user_name=f"{secrets.token_hex(4)}@example.com")
    group = client.groups.create(display_name=name)
    change = iam.Patch(op=iam.PatchOp.ADD, path="members", value=[{"value": user.id}])
    client.groups.patch(str(group.id), operations=[change])
    (found,) = client.groups.list(filter=f'displayName eq "{name}"')
    assert [member.value for member in found.members or []] == [user.id]
    assert [each.display for each in client.users.get(str(user.id)).groups or []] == [name]
    gone = iam.Patch(op=iam.PatchOp.REMOVE, path=f'members[value eq "{user.id}"]')
    client.groups.patch(str(group.id), operations=[gone])
    assert not client.groups.get(str(group.id)).members
    client.groups.delete(str(group.id))
    with pytest.raises(NotFound, match=f"Group with id {group.id} not found"):
        client.groups.get(str(group.id))


def test_a_user_is_put_to_rest_by_a_text_too(workspace: RunningWorkspace) -> None:
    """The SDK leaves a value out that is False: who would set one says "false"."""
    client = workspace.client
    user = client.users.create(user_name=f"{secrets.token_hex(4)}@example.com")
    for text, is_active in (("false", False), ("True", True)):
        change = iam.Patch(op=iam.PatchOp.REPLACE, path="active", value=text)
        client.users.patch(str(user.id), operations=[change])
        assert client.users.get(str(user.id)).active is is_active
    wrong = iam.Patch(op=iam.PatchOp.REPLACE, path="active", value="perhaps")
    with pytest.raises(BadRequest, match="active must be true or false"):
        client.users.patch(str(user.id), operations=[wrong])
    client.users.delete(str(user.id))


def test_lists_come_in_pages_and_a_filter_that_is_none_is_refused(workspace: RunningWorkspace) -> None:
    client = workspace.client
    total = client.api_client.do("GET", "/api/2.0/preview/scim/v2/Groups", query={"count": 1})
    assert isinstance(total, dict)
    assert len(list(client.groups.list(count=1))) == total["totalResults"] >= 2
    assert list(client.groups.list(filter="displayName eq nothing")) == []
    with pytest.raises(BadRequest, match="Invalid filter"):
        list(client.groups.list(filter="nothing"))


def test_the_workspace_keeps_its_user(workspace: RunningWorkspace) -> None:
    (user,) = workspace.client.users.list(filter=f'userName eq "{USER}"')
    with pytest.raises(PermissionDenied, match="cannot be deleted"):
        workspace.client.users.delete(str(user.id))


def test_settings_are_kept_and_what_there_is_none_of_is_an_empty_list(workspace: RunningWorkspace) -> None:
    client = workspace.client
    client.workspace_conf.set_status({"enableResultsDownloading": "false"})
    kept = client.workspace_conf.get_status(keys="enableResultsDownloading")
    assert kept["enableResultsDownloading"] == "false"
    assert list(client.repos.list()) == []
    assert client.query_history.list().res == []
