"""The roles of a model's versions: aliases in Unity Catalog, tags in the workspace registry.

This is the only module that knows which. The workspace registry of Databricks has no aliases: there the model
has a tag for each role with the version in it, and the version a tag with its role.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from rookery.workspace.requests.once import done
from rookery_jobs.contract import catalog_name

if TYPE_CHECKING:
    from databricks.sdk import WorkspaceClient

CHAMPION, CHALLENGER, PREVIOUS = "champion", "challenger", "previous"

TAG_ROLE = "rookery_role"


def version_with(workspace: WorkspaceClient, name: str, role: str) -> str | None:
    """The version that has the role, or None: without one, and without the model."""
    found = _aliases(workspace, name) if catalog_name(name) else _model_tags(workspace, name)
    return found.get(role)


def give(workspace: WorkspaceClient, name: str, version: str, role: str) -> None:
    """Give a version the role, which one version has at a time. It can be done twice."""
    if catalog_name(name):
        # https://docs.databricks.com/api/azure/workspace/registeredmodels/setalias
        done(lambda: workspace.registered_models.set_alias(name, role, int(version)))
        return
    before = version_with(workspace, name, role)
    done(lambda: workspace.model_registry.set_model_tag(name, _model_tag(role), version))
    if before not in (None, version):
        _forget_role(workspace, name, str(before), role)
    done(lambda: workspace.model_registry.set_model_version_tag(name, version, TAG_ROLE, role))


def take(workspace: WorkspaceClient, name: str, version: str, role: str) -> None:
    """Take the role from a version, if it has it."""
    if version_with(workspace, name, role) != version:
        return
    if catalog_name(name):
        workspace.registered_models.delete_alias(name, role)
        return
    workspace.model_registry.delete_model_tag(name, _model_tag(role))
    _forget_role(workspace, name, version, role)


def promote(workspace: WorkspaceClient, name: str, version: str) -> str | None:
    """Make the version the champion, and the one before `previous`; which one that is. It can be done
    twice."""
    before = version_with(workspace, name, CHAMPION)
    take(workspace, name, version, CHALLENGER)
    if before == version:
        return version_with(workspace, name, PREVIOUS)
    give(workspace, name, version, CHAMPION)
    if before is None:
        return None
    give(workspace, name, before, PREVIOUS)
    return before


def version_tags(workspace: WorkspaceClient, name: str, version: str) -> Mapping[str, str]:
    """The tags of a version. Raises NotFound if there is none."""
    if catalog_name(name):
        # Unity Catalog's own API shows no tags; this is what MLflow's clients ask.
        path = "/api/2.0/mlflow/unity-catalog/model-versions/get"
        answer = workspace.api_client.do("GET", path, query={"name": name, "version": version})
        tags = dict(answer).get("model_version", {}).get("tags", [])
        return {str(tag["key"]): str(tag.get("value", "")) for tag in tags}
    found = workspace.model_registry.get_model_version(name, version).model_version
    return {str(tag.key): str(tag.value) for tag in (found and found.tags) or []}


def _aliases(workspace: WorkspaceClient, name: str) -> Mapping[str, str]:
    from databricks.sdk.errors import NotFound

    try:
        model = workspace.registered_models.get(name, include_aliases=True)
    except NotFound:
        return {}
    return {str(each.alias_name): str(each.version_num) for each in model.aliases or []}


def _model_tags(workspace: WorkspaceClient, name: str) -> Mapping[str, str]:
    from databricks.sdk.errors import NotFound

    try:
        model = workspace.model_registry.get_model(name).registered_model_databricks
    except NotFound:
        return {}
    tags = {str(tag.key): str(tag.value) for tag in (model and model.tags) or []}
    roles = (CHAMPION, CHALLENGER, PREVIOUS)
    return {role: tags[_model_tag(role)] for role in roles if _model_tag(role) in tags}


def _model_tag(role: str) -> str:
    return f"rookery_{role}"


def _forget_role(workspace: WorkspaceClient, name: str, version: str, role: str) -> None:
    """The version's own tag, unless it has another role by now; nothing of a version that is gone."""
    from databricks.sdk.errors import NotFound

    try:
        if version_tags(workspace, name, version).get(TAG_ROLE) == role:
            workspace.model_registry.delete_model_version_tag(name, version, TAG_ROLE)
    except NotFound:
        return
