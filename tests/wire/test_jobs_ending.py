"""How runs end before their script does: cancelled, out of time, or without their driver."""

import time

import psutil
import pytest
from databricks.sdk.errors import BadRequest
from databricks.sdk.service.compute import State, TerminationReasonCode

from tests.wire.polling import until
from tests.wire.running_workspace import RunningWorkspace
from tests.wire.spark_jobs import (
    SINGLE_NODE,
    active_spark_jobs,
    busy_run,
    driver_process,
    finished,
    new_cluster,
    output,
    printed,
    put_script,
    shared_cluster,
    state,
    submit,
    task,
    task_run_id,
    termination_code,
    until_it_prints,
)

# Eight Spark tasks of half a second.
SLOW_SUM = """
print("started", flush=True)
print(sc.parallelize(range(8), 8).map(lambda x: __import__("time").sleep(0.5) or x).sum())
"""


def processes_of(workspace: RunningWorkspace, run_id: int) -> list[psutil.Process]:
    """Descendants of the server that belong to a run: they have its name, or its folder as their HOME."""
    task_run = task_run_id(workspace.client.jobs.get_run(run_id))
    folder = str(workspace.root / "runs" / str(task_run))
    return [
        process
        for process in psutil.Process(workspace.pid).children(recursive=True)
        if process.status() != psutil.STATUS_ZOMBIE
        and (process.name() == f"run {task_run}" or process.environ().get("HOME") == folder)
    ]


def test_a_cancelled_run_leaves_no_process_and_no_active_spark_job(workspace: RunningWorkspace) -> None:
    cluster_id = shared_cluster(workspace)
    run_id = busy_run(workspace, cluster_id)
    assert processes_of(workspace, run_id)
    with pytest.raises(BadRequest, match="is active"):
        workspace.client.jobs.delete_run(run_id)

    workspace.client.jobs.cancel_run(run_id)
    run = finished(workspace, run_id)

    assert state(run) == ("TERMINATED", "CANCELED")
    assert termination_code(run) == "USER_CANCELED"
    assert processes_of(workspace, run_id) == []
    assert active_spark_jobs(workspace, cluster_id) == []
    workspace.client.jobs.cancel_run(run_id)  # nothing happens to a run that has ended
    assert state(workspace.client.jobs.get_run(run_id)) == ("TERMINATED", "CANCELED")


def test_cancelling_a_run_leaves_the_others_on_its_cluster_alone(workspace: RunningWorkspace) -> None:
    cluster_id = shared_cluster(workspace)
    victim = busy_run(workspace, cluster_id)
    run_id = submit(workspace, SLOW_SUM, cluster_id=cluster_id)
    until_it_prints(workspace, run_id, "started")
    workspace.client.jobs.cancel_run(victim)
    assert state(finished(workspace, run_id)) == ("TERMINATED", "SUCCESS")
    assert "28" in (output(workspace, run_id).logs or "")
    assert state(finished(workspace, victim)) == ("TERMINATED", "CANCELED")


def test_a_task_run_can_be_cancelled_by_its_own_id(workspace: RunningWorkspace) -> None:
    run_id = submit(workspace, "import time\ntime.sleep(600)")
    workspace.client.jobs.cancel_run(task_run_id(workspace.client.jobs.get_run(run_id)))
    assert state(finished(workspace, run_id)) == ("TERMINATED", "CANCELED")


def test_a_run_that_waits_for_its_cluster_can_be_cancelled(workspace: RunningWorkspace) -> None:
    clusters = workspace.client.clusters
    cluster_id = str(clusters.create(**SINGLE_NODE).cluster_id)
    run_id = submit(workspace, "print(1)", cluster_id=cluster_id)
    assert state(workspace.client.jobs.get_run(run_id)) == ("PENDING", None)
    workspace.client.jobs.cancel_run(run_id)
    assert state(finished(workspace, run_id)) == ("TERMINATED", "CANCELED")
    clusters.permanent_delete(cluster_id)


@pytest.mark.parametrize("level", ["run", "task"])
def test_a_run_that_takes_too_long_is_ended(workspace: RunningWorkspace, level: str) -> None:
    cluster_id = shared_cluster(workspace)
    script = put_script(workspace, "import time\nprint('started', flush=True)\ntime.sleep(600)")
    limits = {"run": (2, 0), "task": (0, 2)}[level]
    begun = time.monotonic()
    run_id = workspace.client.jobs.submit(
        run_name="slow", timeout_seconds=limits[0], tasks=[task(cluster_id, script, seconds=limits[1])]
    ).run_id
    run = finished(workspace, run_id)
    assert state(run) == ("TERMINATED", "TIMEDOUT")
    assert termination_code(run) == "CANCELED"
    assert time.monotonic() - begun >= 2


def test_a_run_on_a_terminated_cluster_starts_it(workspace: RunningWorkspace) -> None:
    cluster_id = new_cluster(workspace)
    workspace.client.clusters.delete_and_wait(cluster_id)
    assert printed(workspace, "print(spark.range(4).count())", cluster_id=cluster_id) == "4"
    workspace.client.clusters.permanent_delete(cluster_id)


def test_a_killed_driver_fails_its_runs_and_ends_its_cluster_with_the_reason(
    workspace: RunningWorkspace,
) -> None:
    cluster_id = new_cluster(workspace)
    run_id = busy_run(workspace, cluster_id)
    driver_process(workspace, cluster_id).kill()

    run = finished(workspace, run_id)
    assert state(run) == ("INTERNAL_ERROR", "FAILED")
    assert termination_code(run) == "DRIVER_ERROR"
    clusters = workspace.client.clusters
    until(lambda: clusters.get(cluster_id).state == State.TERMINATED, "the end of the cluster")
    reason = clusters.get(cluster_id).termination_reason
    assert reason is not None
    assert reason.code == TerminationReasonCode.COMMUNICATION_LOST
    assert processes_of(workspace, run_id) == []
    clusters.permanent_delete(cluster_id)


def test_a_run_ends_with_the_cluster_that_a_user_terminates(workspace: RunningWorkspace) -> None:
    cluster_id = new_cluster(workspace)
    run_id = busy_run(workspace, cluster_id)
    workspace.client.clusters.delete_and_wait(cluster_id)
    run = finished(workspace, run_id)
    assert state(run) == ("INTERNAL_ERROR", "FAILED")
    assert termination_code(run) == "CLUSTER_ERROR"
    assert "terminated by a user" in str(run.state)
    workspace.client.clusters.permanent_delete(cluster_id)


def test_a_run_needs_no_fork_server(workspace: RunningWorkspace) -> None:
    shared_cluster(workspace)
    for process in psutil.Process(workspace.pid).children(recursive=True):
        if "local_workspace.processes.fork_server" in process.cmdline():
            process.kill()
    assert printed(workspace, "print(spark.range(3).count())") == "3"
