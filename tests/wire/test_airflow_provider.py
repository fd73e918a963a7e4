"""The workspace as Airflow's own Databricks provider sees it, unmodified."""

import asyncio
import io
import json
import os
import secrets
import tempfile
from typing import Any

import pytest
from databricks.sdk.service.compute import LibraryInstallStatus
from databricks.sdk.service.workspace import ImportFormat, Language

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
    library = {"cluster_id": cluster_id, "libraries": [{"pypi": {"package": "nothing-of-this-name"}}]}
    hook.install(library)
    assert [each.status for each in workspace.client.libraries.cluster_status(cluster_id)] == [
        LibraryInstallStatus.PENDING
    ]
    hook.uninstall(library)
    assert list(workspace.client.libraries.cluster_status(cluster_id)) == []
    hook.restart_cluster({"cluster_id": cluster_id})
    assert hook.get_cluster_state(cluster_id).state == "TERMINATED"
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


def notebook(workspace: RunningWorkspace, *cells: str) -> str:
    """Import a notebook; its path."""
    path = f"/Users/local.user@example.com/provider-{secrets.token_hex(4)}"
    source = "\n# COMMAND ----------\n".join(cells).encode()
    workspace.client.workspace.upload(
        path, io.BytesIO(source), format=ImportFormat.SOURCE, language=Language.PYTHON
    )
    return path


@pytest.mark.usefixtures("hook")
def test_the_notebook_operator_runs_a_notebook(workspace: RunningWorkspace) -> None:
    from airflow.providers.databricks.operators.databricks import DatabricksNotebookOperator
    from airflow.sdk import DAG

    with DAG("provider"):
        operator: Any = DatabricksNotebookOperator(
            task_id="notebook",
            notebook_path=notebook(workspace, "dbutils.notebook.exit(dbutils.widgets.get('n') * 2)"),
            source="WORKSPACE",
            existing_cluster_id=shared_cluster(workspace),
            notebook_params={"n": "ab"},
            polling_period_seconds=1,
        )
    operator.execute({"ti": TaskInstance()})
    run = workspace.client.jobs.get_run(operator.databricks_run_id)
    output = workspace.client.jobs.get_run_output(task_run_id(run)).notebook_output
    assert output is not None
    assert output.result == "abab"


def test_the_run_now_operator_finds_a_job_by_name_and_repairs_it(
    workspace: RunningWorkspace, hook: Any
) -> None:
    from airflow.providers.common.compat.sdk import AirflowException
    from airflow.providers.databricks.operators.databricks import DatabricksRunNowOperator

    name = f"by name {secrets.token_hex(4)}"
    source = "import pathlib, sys; p = pathlib.Path(sys.argv[1]); had = p.exists(); p.touch(); assert had"
    script = {"python_file": put_script(workspace, source)}
    task = {"task_key": "main", "existing_cluster_id": shared_cluster(workspace), "spark_python_task": script}
    job_id = hook.create_job({"name": name, "tasks": [task]})
    operator: Any = DatabricksRunNowOperator(
        task_id="run",
        job_name=name,
        python_params=[f"/dbfs/{secrets.token_hex(4)}"],
        repair_run=True,
        polling_period_seconds=1,
        durable=False,
    )
    instance = TaskInstance()
    # The operator raises the failure that it has repaired: so it does on Databricks.
    with pytest.raises(AirflowException, match="AssertionError"):
        operator.execute({"ti": instance})
    run = workspace.client.jobs.get_run(instance.pushed["run_id"], include_history=True)
    assert run.job_id == job_id
    assert [entry.type.value for entry in run.repair_history or [] if entry.type] == ["ORIGINAL", "REPAIR"]
    assert [task.attempt_number for task in run.tasks or []] == [0, 1]
    hook.reset_job(str(job_id), {"name": name, "tasks": [task], "max_concurrent_runs": 2})
    hook.update_job_permission(
        job_id, {"access_control_list": [{"group_name": "users", "permission_level": "CAN_VIEW"}]}
    )
    assert hook.find_job_id_by_name(name) == job_id
    hook.cancel_all_runs(job_id)


@pytest.mark.usefixtures("hook")
def test_a_deferred_run_is_followed_by_the_trigger(workspace: RunningWorkspace) -> None:
    from airflow.providers.databricks.triggers.databricks import DatabricksExecutionTrigger

    run_id = submit(workspace, "print('deferred')")
    trigger: Any = DatabricksExecutionTrigger(
        run_id=run_id, databricks_conn_id="databricks_default", polling_period_seconds=1
    )

    async def event() -> Any:
        return await anext(trigger.run())

    payload = asyncio.run(event()).payload
    assert payload["run_id"] == run_id
    assert '"result_state": "SUCCESS"' in payload["run_state"]
