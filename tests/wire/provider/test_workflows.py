"""A workflow of the provider: a group of Airflow tasks that is one job on Databricks."""

import io
import secrets
from typing import Any

import pytest
from databricks.sdk.service.workspace import ImportFormat, Language

from tests.telling import telling
from tests.wire.provider.airflow_task import TaskInstance, Try
from tests.wire.running_workspace import RunningWorkspace
from tests.wire.spark_jobs import SINGLE_NODE, finished, put_script, shared_cluster, state

pytestmark = pytest.mark.usefixtures("hook")


def workflow(workspace: RunningWorkspace, *, deferrable: bool, **where: Any) -> dict[str, Any]:
    """A failing notebook, what runs all the same after it, and what does not; and `launch`."""
    from airflow.providers.databricks.operators.databricks import (
        DatabricksNotebookOperator,
        DatabricksTaskOperator,
    )
    from airflow.providers.databricks.operators.databricks_workflow import DatabricksWorkflowTaskGroup
    from airflow.sdk import DAG

    path = f"/Users/local.user@example.com/workflow-{secrets.token_hex(4)}"
    workspace.client.workspace.upload(
        path,
        io.BytesIO(b"raise ValueError(dbutils.widgets.get('n'))"),
        format=ImportFormat.SOURCE,
        language=Language.PYTHON,
    )
    script = {"spark_python_task": {"python_file": put_script(workspace, "print('after')"), "parameters": []}}
    clusters = [{"job_cluster_key": "own", "new_cluster": SINGLE_NODE}] if "job_cluster_key" in where else []
    each = {"polling_period_seconds": 1, "deferrable": deferrable, **where}
    with (
        DAG(f"workflow_{secrets.token_hex(4)}") as dag,
        DatabricksWorkflowTaskGroup(
            group_id="group",
            databricks_conn_id="databricks_default",
            job_clusters=clusters,
            notebook_params={"n": "of the group"},
        ),
    ):
        fails = DatabricksNotebookOperator(task_id="fails", notebook_path=path, source="WORKSPACE", **each)
        always = DatabricksTaskOperator(
            task_id="always", task_config=dict(script), trigger_rule="all_done", **each
        )
        skipped = DatabricksTaskOperator(task_id="skipped", task_config=dict(script), **each)
        fails >> [always, skipped]
    return {task.task_id.removeprefix("group."): task for task in dag.tasks}


def member(task: Any, launched: dict[str, Any]) -> None:
    """Execute a task of the group, once `launch` has returned."""
    task.workflow_run_metadata = launched
    Try(TaskInstance({"group.launch": launched})).execute(task)


@pytest.mark.parametrize(("deferrable", "where"), telling(1, [(True, "shared"), (False, "own")]))
def test_each_task_of_a_workflow_ends_as_its_task_on_databricks(
    workspace: RunningWorkspace, deferrable: bool, where: str
) -> None:
    from airflow.providers.common.compat.sdk import AirflowException

    clusters = {"own": {"job_cluster_key": "own"}}
    on = clusters.get(where) or {"existing_cluster_id": shared_cluster(workspace)}
    tasks = workflow(workspace, deferrable=deferrable, **on)
    launched = Try().execute(tasks["launch"])
    member(tasks["always"], launched)
    with pytest.raises(AirflowException, match="Workload failed"):
        member(tasks["fails"], launched)
    with pytest.raises(AirflowException):
        member(tasks["skipped"], launched)
    assert finished(workspace, launched["run_id"]).job_id == launched["job_id"]


def test_a_workflow_that_is_launched_again_is_the_same_job_and_a_kill_cancels_its_run(
    workspace: RunningWorkspace,
) -> None:
    tasks = workflow(workspace, deferrable=False, existing_cluster_id=shared_cluster(workspace))
    tasks["always"].task_config["spark_python_task"]["python_file"] = put_script(
        workspace, "import time; time.sleep(600)"
    )
    first = Try().execute(tasks["launch"])
    tasks["launch"].on_kill()
    assert state(finished(workspace, first["run_id"]))[1] == "CANCELED"
    second = Try().execute(tasks["launch"])
    tasks["launch"].on_kill()
    finished(workspace, second["run_id"])
    assert (second["job_id"], second["run_id"] != first["run_id"]) == (first["job_id"], True)
