"""Whether a workspace can carry out a plan: asked by calls that create nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from difflib import get_close_matches
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from rookery import serving
from rookery.catalog_rights import require_right_to_register
from rookery.exceptions import ClusterError, EndpointError, PlanError
from rookery.plan.mistakes import Mistake, listed
from rookery.registered_models import newest_version
from rookery.spark_versions import SparkVersion, choose_spark_version, is_acceptable
from rookery_jobs.contract import catalog_name

if TYPE_CHECKING:
    from databricks.sdk import WorkspaceClient
    from databricks.sdk.service.compute import NodeType
    from databricks.sdk.service.workspace import ObjectInfo

    from rookery.plan.scoring import BatchScoring
    from rookery.plan.training import Compute, TrainingPlan
    from rookery.run_names import RunNames

_MAY_REGISTER = ("CAN_EDIT", "CAN_MANAGE_STAGING_VERSIONS", "CAN_MANAGE_PRODUCTION_VERSIONS", "CAN_MANAGE")


class Finding(NamedTuple):
    """The answer to one question about the workspace: a fact, or a mistake of the plan at `place`."""

    subject: str
    place: tuple[str, ...]
    text: str
    ok: bool


class _Unusable(Exception):
    """What the plan names cannot be used in this workspace."""


class Question(NamedTuple):
    """A question: `ask` returns a fact, or raises what speaks against the plan."""

    subject: str
    place: tuple[str, ...]
    ask: Callable[[WorkspaceClient], str]


def training_questions(plan: TrainingPlan, names: RunNames) -> Iterator[Question]:
    """About everything that a training plan names."""
    model, endpoint = plan.registry.registered_model_name, plan.endpoint.name
    yield from cluster_questions(plan.compute)
    yield Question("experiment", ("dag_id",), partial(_experiment, names))
    yield Question("data root", ("data_root",), partial(_folder, plan.data_root))
    yield Question(
        "registry", ("registry", "registered_model_name"), partial(_registry, model, names.user_name)
    )
    if plan.deploy:
        yield Question("endpoint", ("endpoint", "name"), partial(_endpoint, endpoint, names))


def scoring_questions(plan: BatchScoring) -> Iterator[Question]:
    """About everything that a scoring plan names."""
    yield from cluster_questions(plan.compute)
    for field in ("data_root", "input_path", "output_path"):
        yield Question(field.replace("_", " "), (field,), partial(_folder, getattr(plan, field)))
    model = plan.registered_model_name
    yield Question("registered model", ("registered_model_name",), partial(_newest_version, model))


def cluster_questions(compute: Compute) -> Iterator[Question]:
    """About the cluster that a plan asks for."""
    yield Question("node type", ("compute", "node_type_id"), partial(_node_type, compute.node_type_id))
    yield Question("runtime", ("compute", "spark_version"), partial(_runtime, compute.spark_version))


def ask(workspace: WorkspaceClient, questions: Iterable[Question]) -> list[Finding]:
    """The answers; a question costs one call, that for the experiment sometimes two, that for Unity Catalog
    three and more.

    A workspace that refuses to answer, or does not know what is asked for, speaks against the plan in its own
    words. A workspace that fails to answer says nothing about the plan: its DatabricksError, or the error of
    the connection, is raised.
    """
    return [_answered(question, workspace) for question in questions]


def require_usable(workspace: WorkspaceClient, questions: Iterable[Question]) -> None:
    """Raise PlanError with everything that speaks against the plan in this workspace."""
    mistakes = [Mistake(each.text, each.place) for each in ask(workspace, questions) if not each.ok]
    if mistakes:
        raise PlanError(listed("The plan, in this workspace,", mistakes), mistakes)


def own_words(error: Exception) -> str:
    """The workspace's message, without the SDK's remark on how it has logged in."""
    return str(error).partition(" Config: ")[0].strip()


def _answered(question: Question, workspace: WorkspaceClient) -> Finding:
    from databricks.sdk import errors

    refusals = (errors.BadRequest, errors.NotFound, errors.PermissionDenied, errors.Unauthenticated)
    try:
        return Finding(question.subject, question.place, question.ask(workspace), ok=True)
    except (_Unusable, ClusterError, EndpointError, PlanError) as error:
        return Finding(question.subject, question.place, str(error), ok=False)
    except refusals as error:
        text = f"the workspace says: {own_words(error)}"
        return Finding(question.subject, question.place, text, ok=False)


def _node_type(wanted: str, workspace: WorkspaceClient) -> str:
    # https://docs.databricks.com/api/azure/workspace/clusters/listnodetypes
    offered = {each.node_type_id: each for each in workspace.clusters.list_node_types().node_types or []}
    if wanted not in offered:
        raise _Unusable(f"the workspace does not offer {wanted!r}{_like(wanted, offered)}")
    found = offered[wanted]
    obstacles = _obstacles(found)
    if obstacles:
        raise _Unusable(f"{wanted} is {', '.join(obstacles)} here; choose another node type")
    return f"{wanted}: {found.num_cores:g} cores, {found.memory_mb / 1024:g} GiB"


def _obstacles(node_type: NodeType) -> list[str]:
    statuses = (node_type.node_info and node_type.node_info.status) or []
    return [*(["deprecated"] if node_type.is_deprecated else []), *(status.value for status in statuses)]


def _runtime(wanted: str | None, workspace: WorkspaceClient) -> str:
    # https://docs.databricks.com/api/azure/workspace/clusters/sparkversions
    versions = workspace.clusters.spark_versions().versions or []
    offered = [SparkVersion(str(each.key), str(each.name)) for each in versions]
    if wanted is None:
        return f"{choose_spark_version(offered)}, the newest for machine learning"
    names = {version.key: version.name for version in offered}
    if wanted not in names:
        raise _Unusable(f"the workspace has no runtime {wanted!r}{_like(wanted, names)}")
    if not is_acceptable(SparkVersion(wanted, names[wanted])):
        fitting = {version.key: version.name for version in offered if is_acceptable(version)}
        raise _Unusable(
            f"{wanted} ({names[wanted]}) cannot train: what is needed is a runtime for machine learning on "
            f"CPUs, not beta, without Photon, with Spark above 3.4{_like(wanted, fitting)}"
        )
    return f"{wanted}: {names[wanted]}"


def _experiment(names: RunNames, workspace: WorkspaceClient) -> str:
    # https://docs.databricks.com/api/azure/workspace/workspace/getstatus
    # Experiments are objects of the workspace too, of a type that the SDK does not know.
    path = names.experiment_path
    found = _object_at(workspace, path)
    if found is not None:
        if _kind(found) in ("DIRECTORY", "FILE", "REPO", "LIBRARY"):
            raise _Unusable(f"{path} is a {_kind(found)}, so no experiment can be there; rename the DAG")
        return f"{path} is there"
    parent = path.rpartition("/")[0]
    folder = _object_at(workspace, parent)
    if folder is not None and _kind(folder) != "DIRECTORY":
        raise _Unusable(f"{parent} is a {_kind(folder)}, not a folder; move it out of the way")
    return f"{path} will be created"


def _object_at(workspace: WorkspaceClient, path: str) -> ObjectInfo | None:
    from databricks.sdk.errors import ResourceDoesNotExist

    try:
        return workspace.workspace.get_status(path)
    except ResourceDoesNotExist:
        return None


def _kind(found: ObjectInfo) -> str:
    return found.object_type.value if found.object_type else ""


def _folder(path: str, workspace: WorkspaceClient) -> str:
    return _volume(path, workspace) if path.startswith("/Volumes/") else _dbfs_folder(path, workspace)


def _volume(path: str, workspace: WorkspaceClient) -> str:
    # The Volume itself is asked for: the Files API calls an empty one "not found".
    # https://docs.databricks.com/api/azure/workspace/volumes/read
    name = ".".join(path.strip("/").split("/")[1:4])
    workspace.volumes.read(name)
    return f"the Volume {name} is there"


def _dbfs_folder(path: str, workspace: WorkspaceClient) -> str:
    # https://docs.databricks.com/api/azure/workspace/dbfs/getstatus
    # Where the DBFS root is disabled, this is refused for every path.
    from databricks.sdk.errors import ResourceDoesNotExist

    try:
        found = workspace.dbfs.get_status(path)
    except ResourceDoesNotExist:
        return f"{path} is not there yet"
    if not found.is_dir:
        raise _Unusable(f"{path} is a file; name a folder")
    return f"{path} is there"


def _registry(name: str, user_name: str, workspace: WorkspaceClient) -> str:
    if catalog_name(name) is None:
        return _workspace_registry(name, workspace)
    return require_right_to_register(workspace, name, user_name)


def _workspace_registry(name: str, workspace: WorkspaceClient) -> str:
    # https://docs.databricks.com/api/azure/workspace/modelregistry/getmodel
    # A registry that is disabled, as in new accounts, answers otherwise than with RESOURCE_DOES_NOT_EXIST.
    from databricks.sdk.errors import ResourceDoesNotExist

    try:
        found = workspace.model_registry.get_model(name).registered_model_databricks
    except ResourceDoesNotExist:
        return f"{name} will be created in the workspace registry"
    permission = found.permission_level.value if found and found.permission_level else "no permission"
    if permission not in _MAY_REGISTER:
        raise _Unusable(f"{name!r} is there with {permission} for you; CAN_EDIT is needed to add a version")
    return f"{name} is there; a version will be added"


def _newest_version(name: str, workspace: WorkspaceClient) -> str:
    version = newest_version(workspace, name)
    return f"{name}, whose newest version is {version}" if version else f"{name} has no version yet"


def _endpoint(name: str, names: RunNames, workspace: WorkspaceClient) -> str:
    # https://docs.databricks.com/api/azure/workspace/servingendpoints/get
    found = serving.find(workspace, name)
    if found is None:
        return f"{name} is free"
    serving.require_ours(found, names.dag_id, names.installation)
    return f"{name} is this DAG's, of the Airflow installation {serving.installation_of(found)}"


def _like(wanted: str, offered: dict[str, object] | dict[str, str] | dict[str, NodeType]) -> str:
    close = get_close_matches(wanted, offered, n=3, cutoff=0.4)
    return f"; it offers {', '.join(close)}" if close else ""
