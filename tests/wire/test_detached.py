"""What a job detaches ends with what it belongs to: its run, or (a Spark worker's) its cluster."""

from tests.wire.detached import BY_SCRIPT, detaching_run, gone
from tests.wire.running_workspace import RunningWorkspace
from tests.wire.spark_jobs import finished, new_cluster, printed


def test_what_a_script_has_detached_ends_with_its_run(workspace: RunningWorkspace) -> None:
    assert gone(int(printed(workspace, BY_SCRIPT)))


def test_what_is_detached_ends_with_a_cancelled_run_and_with_a_deleted_cluster(
    workspace: RunningWorkspace,
) -> None:
    cluster_id = new_cluster(workspace)
    run_id, (of_script, of_worker) = detaching_run(workspace, cluster_id)
    assert not gone(of_script)
    workspace.client.jobs.cancel_run(run_id)
    finished(workspace, run_id)
    assert gone(of_script)
    assert not gone(of_worker)  # Spark's workers belong to the cluster, which goes on
    workspace.client.clusters.delete_and_wait(cluster_id)
    assert gone(of_worker)
    workspace.client.clusters.permanent_delete(cluster_id)
