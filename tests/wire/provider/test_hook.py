"""The provider's hook, unmodified."""

from typing import Any

from databricks.sdk.service.compute import LibraryInstallStatus

from tests.wire.running_workspace import RunningWorkspace
from tests.wire.spark_jobs import finished, new_cluster, put_script, shared_cluster, submit


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
