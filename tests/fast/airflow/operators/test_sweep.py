"""Where the results of a sweep will be seen is known before anything is trained."""

import pytest
from databricks.sdk.errors import PermissionDenied

from rookery.operators.sweep import ExpandGridOperator, TrainOperator
from rookery_jobs.contract import SweepSpec
from tests.fast.airflow.job_runs import GET, SUBMIT, run
from tests.fast.airflow.sweeps import SWEEP_ARGUMENTS, answer_sweep
from tests.fast.airflow.tasks import DagRun, TaskInstance, context_of
from tests.recorder import Recorder, Reply

DIGEST = SWEEP_ARGUMENTS["snapshot_digest"]


def test_the_links_to_the_experiment_are_there_before_anything_is_trained(databricks: Recorder) -> None:
    answer_sweep(databricks)
    expanding = TaskInstance("expand_grid")
    ExpandGridOperator(
        task_id="expand_grid",
        **SWEEP_ARGUMENTS,
    ).execute(context_of(expanding))
    page = expanding.pushed["experiment_page"]
    workspace = f"http://127.0.0.1:{databricks.server_port}"
    tag = f"tags.%60rookery_snapshot%60%20%3D%20%27{DIGEST}%27"
    assert page == f"{workspace}/ml/experiments/17/runs?searchFilter={tag}"
    assert expanding.pushed["_link_ExperimentLink"] == page

    training = TaskInstance("train", map_index=0)
    train = TrainOperator(
        task_id="train",
        existing_cluster_id="c1",
        code_folder="/Workspace/code",
        experiment_page=page,
        arguments=["dbfs:/points.json", "0", "1"],
        **SWEEP_ARGUMENTS,
    )
    denied = Reply(403, {"error_code": "PERMISSION_DENIED", "message": "not yours"})
    databricks.answers("POST /api/2.2/jobs/runs/submit", denied)
    with pytest.raises(PermissionDenied):
        train.execute(context_of(training))
    assert training.pushed == {"_link_ExperimentLink": page}


def expand(databricks: Recorder) -> str:
    """Write the points; the path of their file."""
    answer_sweep(databricks)
    task = TaskInstance("expand_grid")
    operator = ExpandGridOperator(task_id="expand_grid", **SWEEP_ARGUMENTS)
    operator.execute(context_of(task))
    return str(task.pushed["points_path"])


def train(databricks: Recorder, path: str) -> None:
    databricks.answers(SUBMIT, {"run_id": 7})
    databricks.answers(GET, run(7, "TERMINATED", "SUCCESS"))
    operator = TrainOperator(
        task_id="train",
        existing_cluster_id="c1",
        code_folder="/Workspace/code",
        experiment_page="p",
        arguments=[path, "0", "1"],
        **SWEEP_ARGUMENTS,
    )
    context = context_of(TaskInstance("train", map_index=0))
    context["dag_run"] = DagRun(clear_number=1)
    operator.execute(context)


@pytest.mark.parametrize("broken", [b"", b"{", b"{}", b"\xff", None])
def test_points_that_were_lost_or_broken_are_written_again_by_a_shard_that_is_cleared(
    databricks: Recorder, broken: bytes | None
) -> None:
    path = expand(databricks)
    file = path.removeprefix("dbfs:")
    written = SweepSpec.from_json(databricks.files.pop(file).decode())
    if broken is not None:
        databricks.files[file] = broken
    train(databricks, path)
    again = SweepSpec.from_json(databricks.files[file].decode())
    assert again.points == written.points


def test_points_that_are_there_are_left_alone_by_a_shard_that_is_cleared(databricks: Recorder) -> None:
    path = expand(databricks)
    before = dict(databricks.files)
    train(databricks, path)
    assert databricks.files == before
