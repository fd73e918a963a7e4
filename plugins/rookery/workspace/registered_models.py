"""Versions of a registered model, in Unity Catalog or the workspace registry by the model's name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from rookery.exceptions import JobRunError, PlanError
from rookery.workspace.questions import refused
from rookery.workspace.rights import require_right_to_register, required_schema
from rookery.xcom import Handed
from rookery_jobs.contract import TEST_METRIC_PREFIX, RegistrationSpec, catalog_name, model_version_tag

if TYPE_CHECKING:
    from databricks.sdk import WorkspaceClient

_NO_WORKSPACE_REGISTRY = "a model in Unity Catalog is named catalog.schema.model"
_MAY_REGISTER = ("CAN_EDIT", "CAN_MANAGE_STAGING_VERSIONS", "CAN_MANAGE_PRODUCTION_VERSIONS", "CAN_MANAGE")


@dataclass(frozen=True)
class RegisteredVersion(Handed):
    """A version that a run has registered, with the MLflow run of its model and the metrics on the test rows
    (by their names in MLflow)."""

    registered_model_name: str
    version: str
    mlflow_run_id: str
    test_metrics: dict[str, float]


def registered_by(workspace: WorkspaceClient, spec: RegistrationSpec) -> RegisteredVersion:
    """What the job run with this spec has registered, by the tag that it has left at its MLflow run.

    Raises JobRunError without one.
    """
    data = getattr(workspace.experiments.get_run(spec.mlflow_run_id).run, "data", None)
    tags = {tag.key: tag.value for tag in (data and data.tags) or []}
    metrics = {metric.key: metric.value for metric in (data and data.metrics) or []}
    tag = model_version_tag(spec.registration_key)
    if tag not in tags:
        raise JobRunError(f"MLflow run {spec.mlflow_run_id} has no tag {tag}: no version was registered")
    return RegisteredVersion(
        registered_model_name=spec.registered_model_name,
        version=str(tags[tag]),
        mlflow_run_id=spec.mlflow_run_id,
        test_metrics={key: value for key, value in metrics.items() if key.startswith(TEST_METRIC_PREFIX)},
    )


def registered_version(workspace: WorkspaceClient, name: str, version: str) -> RegisteredVersion:
    """A version that is there, without metrics. Raises PlanError if it is not."""
    from databricks.sdk.errors import NotFound

    if not (version.isascii() and version.isdecimal()):
        raise PlanError(f"{name!r} has no version {version!r}: a version is a number")
    try:
        if catalog_name(name):
            run_id = workspace.model_versions.get(name, int(version)).run_id
        else:
            found = workspace.model_registry.get_model_version(name, version).model_version
            run_id = found.run_id if found else None
    except NotFound as error:
        raise PlanError(f"{name!r} has no version {version}") from error
    return RegisteredVersion(name, version, str(run_id or ""), {})


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


def newest_version_fact(name: str, workspace: WorkspaceClient) -> str:
    """The model's newest version, in words. Raises PlanError if the workspace can have no such model."""
    from databricks.sdk.errors import PermissionDenied

    try:
        version = newest_version(workspace, name)
    except PermissionDenied as error:
        if catalog_name(name):
            advice = f"have EXECUTE on {name} granted, with the use of what it is in"
        else:
            advice = _NO_WORKSPACE_REGISTRY
        raise refused(error, advice) from error
    if version is None and catalog_name(name):
        required_schema(workspace, name.rpartition(".")[0])
    return f"{name}, whose newest version is {version}" if version else f"{name} has no version yet"


def registration_fact(name: str, user_name: str, workspace: WorkspaceClient) -> str:
    """What would become of a model of this name, in words. Raises PlanError if the user may not register."""
    if catalog_name(name):
        return require_right_to_register(workspace, name, user_name)
    return _workspace_registry_fact(name, workspace)


def _workspace_registry_fact(name: str, workspace: WorkspaceClient) -> str:
    # https://docs.databricks.com/api/azure/workspace/modelregistry/getmodel
    from databricks.sdk.errors import NotFound, PermissionDenied, ResourceDoesNotExist

    try:
        found = workspace.model_registry.get_model(name).registered_model_databricks
    except ResourceDoesNotExist:
        return f"{name} will be created in the workspace registry"
    except (PermissionDenied, NotFound) as error:
        # So answers a registry that is disabled, as in new accounts.
        raise refused(error, _NO_WORKSPACE_REGISTRY) from error
    permission = found.permission_level.value if found and found.permission_level else "no permission"
    if permission not in _MAY_REGISTER:
        raise PlanError(f"{name!r} is there with {permission} for you; CAN_EDIT is needed to add a version")
    return f"{name} is there; a version will be added"


def _catalog_versions(workspace: WorkspaceClient, registered_model_name: str) -> list[int]:
    # https://docs.databricks.com/api/azure/workspace/modelversions/list
    from databricks.sdk.errors import NotFound

    try:
        listed = list(workspace.model_versions.list(registered_model_name))
    except NotFound:
        return []
    return [int(each.version or 0) for each in listed if each.status and each.status.value == "READY"]
