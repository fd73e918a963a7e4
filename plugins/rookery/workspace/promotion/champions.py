"""The version that a new one is compared with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rookery.workspace.endpoints import states, traffic
from rookery.workspace.promotion.roles import CHAMPION, version_tags, version_with
from rookery.workspace.registered_models import has_version
from rookery_jobs.contract import TAG_SNAPSHOT_PATH

if TYPE_CHECKING:
    from databricks.sdk import WorkspaceClient


def champion_of(workspace: WorkspaceClient, name: str, endpoint_name: str) -> str | None:
    """The version that is marked as champion; where none is, the one that the endpoint serves."""
    marked = version_with(workspace, name, CHAMPION)
    if marked and has_version(workspace, name, marked):
        return marked
    endpoint = states.find(workspace, endpoint_name)
    served = traffic.serving(endpoint) if endpoint else None
    if not served or served["entity_name"] != name:
        return None
    return str(served["entity_version"])


def snapshot_of(workspace: WorkspaceClient, name: str, version: str) -> str | None:
    """The path of the snapshot that a version was trained on, if the version says so."""
    return version_tags(workspace, name, version).get(TAG_SNAPSHOT_PATH)
