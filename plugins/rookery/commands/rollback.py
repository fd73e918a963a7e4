"""`rookery rollback`: serve an earlier version of a DAG's model again."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from rookery.check.dag_file import load
from rookery.check.training_report import Training, training_of
from rookery.check.workspace_report import all_connections, told
from rookery.exceptions import PlanError
from rookery.hooks.databricks import workspace_client
from rookery.workspace.endpoints.states import Served
from rookery.workspace.promotion import roles
from rookery.workspace.promotion.rollbacks import roll_back
from rookery.workspace.registered_models import registered_version

if TYPE_CHECKING:
    from databricks.sdk import WorkspaceClient

_TIMEOUT = timedelta(minutes=35)


def rollback(file: Path, dag_id: str | None, version: str | None, conn_id: str | None) -> str:
    """Serve a version again; what was done, in words.

    Raises PlanError for a file without one such DAG, for a version that is not there, for a connection that
    is not there and for what the workspace refuses; and what `roll_back` raises.
    """
    from airflow.sdk.exceptions import AirflowNotFoundException
    from databricks.sdk.errors.base import DatabricksError

    training = _training(file, dag_id)
    conn_id = conn_id or training.databricks_conn_id
    try:
        with all_connections():
            workspace = workspace_client(conn_id)
        return _rolled_back(workspace, training, version)
    except (AirflowNotFoundException, DatabricksError) as error:
        raise PlanError(told(conn_id, error)) from error


def _rolled_back(workspace: WorkspaceClient, training: Training, version: str | None) -> str:
    plan = training.plan
    name, endpoint = plan.registry.registered_model_name, plan.endpoint
    wanted = version or _previous(workspace, name)
    registered_version(workspace, name, wanted)
    before = roll_back(
        workspace,
        endpoint.name,
        Served(name, wanted, endpoint.workload_size, endpoint.scale_to_zero_enabled),
        plan.type_of_label,
        probabilities=plan.probabilities,
        dag_id=training.dag.dag_id,
        canary_steps=endpoint.canary_steps,
        timeout=_TIMEOUT,
    )
    instead = f" in place of version {before}" if before else ""
    return f"{endpoint.name} serves version {wanted} of {name}{instead}; it is the champion"


def _training(file: Path, dag_id: str | None) -> Training:
    found = [each for dag in load(file.resolve()) if (each := training_of(dag))]
    wanted = [each for each in found if dag_id in (None, each.dag.dag_id)]
    if len(wanted) != 1:
        known = ", ".join(each.dag.dag_id for each in found) or "none"
        raise PlanError(f"name one training DAG of {file} with --dag; there are: {known}")
    return wanted[0]


def _previous(workspace: WorkspaceClient, name: str) -> str:
    found = roles.version_with(workspace, name, roles.PREVIOUS)
    if found is None:
        raise PlanError(f"{name!r} has no version that was the champion before: name one with --to")
    return found
