"""Versions of a registered model, in Unity Catalog or the workspace registry by the model's name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rookery_jobs.contract import catalog_name

if TYPE_CHECKING:
    from databricks.sdk import WorkspaceClient


def newest_version(workspace: WorkspaceClient, registered_model_name: str) -> str | None:
    """The highest version that is READY, or None without any."""
    if catalog_name(registered_model_name):
        found = _catalog_versions(workspace, registered_model_name)
    else:
        # https://docs.databricks.com/api/azure/workspace/modelregistry/searchmodelversions
        listed = workspace.model_registry.search_model_versions(filter=f"name='{registered_model_name}'")
        found = [int(str(each.version)) for each in listed if each.status and each.status.value == "READY"]
    return str(max(found)) if found else None


def has_version(workspace: WorkspaceClient, registered_model_name: str, version: str) -> bool:
    """Whether the model has that version."""
    from databricks.sdk.errors import NotFound

    try:
        if catalog_name(registered_model_name):
            workspace.model_versions.get(registered_model_name, int(version))
        else:
            workspace.model_registry.get_model_version(registered_model_name, version)
    except NotFound:
        return False
    return True


def _catalog_versions(workspace: WorkspaceClient, registered_model_name: str) -> list[int]:
    # https://docs.databricks.com/api/azure/workspace/modelversions/list
    from databricks.sdk.errors import NotFound

    try:
        listed = list(workspace.model_versions.list(registered_model_name))
    except NotFound:
        return []
    return [int(each.version or 0) for each in listed if each.status and each.status.value == "READY"]
