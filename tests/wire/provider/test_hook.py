"""The provider's hook, unmodified."""

import asyncio
import secrets
from typing import Any

import pytest
from databricks.sdk.service.compute import LibraryInstallStatus

from tests.wire.provider.operators import FOR_EVER, refusal, script
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


def test_the_hook_finds_changes_and_runs_jobs(workspace: RunningWorkspace, hook: Any) -> None:
    name = f"hook {secrets.token_hex(4)}"
    tasks = [{"task_key": "main", **script(workspace, FOR_EVER)}]
    job_id = hook.create_job({"name": name, "tasks": tasks})
    assert hook.find_job_id_by_name(name) == job_id
    assert hook.find_job_id_by_name(f"{name} none") is None
    other = hook.create_job({"name": name, "tasks": tasks})
    assert {job["job_id"] for job in hook.list_jobs(limit=1, job_name=name)} == {job_id, other}
    with pytest.raises(refusal(), match="more than one job with name"):
        hook.find_job_id_by_name(name)
    hook.reset_job(str(other), {"name": f"{name} other", "tasks": tasks})
    hook.update_job(str(job_id), {"max_concurrent_runs": "2"})
    allowed = {"access_control_list": [{"group_name": "users", "permission_level": "CAN_VIEW"}]}
    assert hook.update_job_permission(job_id, allowed)["object_id"] == f"/jobs/{job_id}"
    runs = [hook.run_now({"job_id": job_id}) for _ in range(2)]
    hook.cancel_all_runs(job_id)
    for run_id in runs:
        finished(workspace, run_id)
        assert hook.get_run_state_result(run_id) == "CANCELED"
    repair_id = hook.repair_run({"run_id": runs[0], "rerun_all_failed_tasks": True})
    assert hook.get_latest_repair_id(runs[0]) == repair_id
    hook.cancel_run(runs[0])
    finished(workspace, runs[0])
    hook.delete_run(runs[0])
    with pytest.raises(refusal(), match=f"Run {runs[0]} does not exist"):
        hook.get_run(runs[0])


def test_the_hook_asks_the_same_without_waiting(workspace: RunningWorkspace, hook: Any) -> None:
    run_id = submit(workspace, "print(1)")
    finished(workspace, run_id)
    cluster_id = shared_cluster(workspace)

    async def asked() -> tuple[Any, ...]:
        async with hook:
            run = await hook.a_get_run(run_id)
            output = await hook.a_get_run_output(run["tasks"][0]["run_id"])
            state = await hook.a_get_run_state(run_id)
            url = await hook.a_get_run_page_url(run_id)
            cluster = await hook.a_get_cluster_state(cluster_id)
            return output["logs"], state.is_successful, url, cluster.is_running

    assert asyncio.run(asked()) == ("1\n", True, hook.get_run_page_url(run_id), True)


def test_a_folder_is_no_git_folder(hook: Any) -> None:
    assert [hook.get_repo_by_path(path) for path in ("/Shared", "/Shared/none")] == [None, None]
