"""The workspace as Airflow's own Databricks provider sees it, unmodified."""

import json
import os
import tempfile
from typing import Any

import pytest

from tests.wire.running_workspace import RunningWorkspace
from tests.wire.spark_jobs import finished, new_cluster, put_script, shared_cluster, submit, task_run_id

# Airflow makes its home and reads its configuration when it is imported.
os.environ.setdefault("AIRFLOW_HOME", tempfile.mkdtemp(prefix="airflow-home-"))


class TaskInstance:
    """Keeps what an operator pushes, as the real one does in the metadata database."""

    def __init__(self) -> None:
        self.pushed: dict[str, Any] = {}

    def xcom_push(self, key: str, value: Any) -> None:
        """Keep a value."""
        self.pushed[key] = value


@pytest.fixture
def hook(workspace: RunningWorkspace, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The provider's hook, with its default connection to the workspace."""
    from airflow.providers.databricks.hooks.databricks import DatabricksHook

    monkeypatch.setenv("AIRFLOW_CONN_DATABRICKS_DEFAULT", json.dumps(connection(workspace)))
    return DatabricksHook(retry_limit=1)


def connection(workspace: RunningWorkspace) -> dict[str, Any]:
    """The Airflow connection that a user of the workspace declares."""
    return {
        "conn_type": "databricks",
        "host": "127.0.0.1",
        "port": workspace.port,
        "schema": "http",
        "password": workspace.token,
    }


def submit_operator(cluster_id: str, path: str, *parameters: str, **options: Any) -> Any:
    """The provider's operator for one script, in the older single-task form that it sends."""
    from airflow.providers.databricks.operators.databricks import DatabricksSubmitRunOperator

    return DatabricksSubmitRunOperator(
        task_id="script",
        existing_cluster_id=cluster_id,
        spark_python_task={"python_file": path, "parameters": list(parameters)},
        polling_period_seconds=1,
        databricks_retry_limit=1,
        durable=False,
        **options,
    )


def test_the_connection_test_of_the_ui_succeeds(hook: Any) -> None:
    assert hook.test_connection() == (True, "Connection successfully tested")


def test_the_hook_submits_follows_and_reads_a_run(workspace: RunningWorkspace, hook: Any) -> None:
    path = put_script(workspace, "import sys; print(sys.argv[1]); raise ValueError('seen by Airflow')")
    run_id = hook.submit_run(
        {
            "run_name": "hook",
            "timeout_seconds": "600",
            "tasks": [
                {
                    "task_key": "main",
                    "existing_cluster_id": shared_cluster(workspace),
                    "spark_python_task": {"python_file": path, "parameters": ["5"]},
                }
            ],
        }
    )
    assert hook.get_run_page_url(run_id).startswith(workspace.origin)
    assert hook.get_job_id(run_id) > 0
    finished(workspace, run_id)
    state = hook.get_run_state(run_id)
    assert state.is_terminal
    assert not state.is_successful
    (task,) = hook.get_run_tasks(run_id)
    assert hook.get_run_output(task["run_id"])["error"] == "ValueError: seen by Airflow"
    assert hook.get_latest_repair_id(run_id) is None


def test_the_hook_cancels_a_run(workspace: RunningWorkspace, hook: Any) -> None:
    run_id = submit(workspace, "import time; time.sleep(600)")
    hook.cancel_run(run_id)
    finished(workspace, run_id)
    assert hook.get_run_state(run_id).result_state == "CANCELED"


def test_the_hook_starts_and_ends_a_cluster(workspace: RunningWorkspace, hook: Any) -> None:
    cluster_id = new_cluster(workspace)
    assert hook.get_cluster_state(cluster_id).is_running
    hook.terminate_cluster({"cluster_id": cluster_id})
    assert hook.get_cluster_state(cluster_id).is_terminal
    workspace.client.clusters.wait_get_cluster_terminated(cluster_id)
    hook.start_cluster({"cluster_id": cluster_id})
    assert hook.get_cluster_state(cluster_id).state == "PENDING"
    workspace.client.clusters.permanent_delete(cluster_id)


@pytest.mark.usefixtures("hook")
def test_the_operator_runs_a_script_to_its_end(workspace: RunningWorkspace) -> None:
    path = put_script(workspace, "import sys; print(sys.argv[1], spark.range(6).count())")
    operator = submit_operator(shared_cluster(workspace), path, "7")
    instance = TaskInstance()
    operator.execute({"ti": instance})
    run_id = instance.pushed["run_id"]
    assert instance.pushed["run_page_url"].startswith(workspace.origin)
    run = workspace.client.jobs.get_run(run_id)
    assert workspace.client.jobs.get_run_output(task_run_id(run)).logs == "7 6\n"


@pytest.mark.usefixtures("hook")
def test_the_operator_fails_with_the_error_of_the_script(workspace: RunningWorkspace) -> None:
    from airflow.providers.common.compat.sdk import AirflowException

    operator = submit_operator(shared_cluster(workspace), put_script(workspace, "raise ValueError('boom')"))
    with pytest.raises(AirflowException, match="ValueError: boom"):
        operator.execute({"ti": TaskInstance()})


@pytest.mark.usefixtures("hook")
def test_the_operators_kill_cancels_the_run(workspace: RunningWorkspace) -> None:
    operator = submit_operator(
        shared_cluster(workspace),
        put_script(workspace, "import time; time.sleep(600)"),
        wait_for_termination=False,
    )
    instance = TaskInstance()
    operator.execute({"ti": instance})
    operator.on_kill()
    run = finished(workspace, instance.pushed["run_id"])
    assert run.state is not None
    assert run.state.user_cancelled_or_timedout
