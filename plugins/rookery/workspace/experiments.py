"""The MLflow experiment that a DAG's runs share."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rookery.exceptions import PlanError
from rookery.workspace.requests.once import done

if TYPE_CHECKING:
    from databricks.sdk import WorkspaceClient
    from databricks.sdk.service.workspace import ObjectInfo


def experiment_at(workspace: WorkspaceClient, path: str) -> str:
    """The id of the experiment at an absolute workspace path, found or created.

    Two that race for it both get the same one. Raises PlanError if the experiment of this path was deleted.
    """
    return _found(workspace, path) or _created(workspace, path)


def experiment_fact(path: str, workspace: WorkspaceClient) -> str:
    """What is at the path, in words. Raises PlanError if no experiment can be there."""
    # https://docs.databricks.com/api/azure/workspace/workspace/getstatus
    # Experiments are objects of the workspace too, of a type that the SDK does not know.
    found = _object_at(workspace, path)
    if found is not None:
        if _kind(found) in ("DIRECTORY", "FILE", "REPO", "LIBRARY"):
            raise PlanError(f"{path} is a {_kind(found)}, so no experiment can be there; rename the DAG")
        return f"{path} is there"
    parent = path.rpartition("/")[0]
    folder = _object_at(workspace, parent)
    if folder is not None and _kind(folder) != "DIRECTORY":
        raise PlanError(f"{parent} is a {_kind(folder)}, not a folder; move it out of the way")
    return f"{path} will be created"


def _found(workspace: WorkspaceClient, path: str) -> str | None:
    from databricks.sdk.errors import NotFound

    try:
        experiment = workspace.experiments.get_by_name(path).experiment
    except NotFound:
        return None
    if experiment is None or experiment.lifecycle_stage == "deleted":
        return None
    return experiment.experiment_id


def _created(workspace: WorkspaceClient, path: str) -> str:
    from databricks.sdk.errors import AlreadyExists, ResourceAlreadyExists

    done(lambda: workspace.workspace.mkdirs(path.rpartition("/")[0]))
    try:
        return str(done(lambda: workspace.experiments.create_experiment(path)).experiment_id)
    except (AlreadyExists, ResourceAlreadyExists):
        experiment_id = _found(workspace, path)
        if experiment_id is None:
            raise PlanError(
                f"the experiment {path} was deleted and is in the trash: in Databricks, "
                "restore it or delete it for good, then clear this task; or give the DAG another id"
            ) from None
        return experiment_id


def _object_at(workspace: WorkspaceClient, path: str) -> ObjectInfo | None:
    from databricks.sdk.errors import ResourceDoesNotExist

    try:
        return workspace.workspace.get_status(path)
    except ResourceDoesNotExist:
        return None


def _kind(found: ObjectInfo) -> str:
    return found.object_type.value if found.object_type else ""
