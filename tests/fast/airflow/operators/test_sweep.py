"""Where the results of a sweep will be seen is known before anything is trained."""

import pytest
from databricks.sdk.errors import PermissionDenied

from rookery.operators.sweep import ExpandGridOperator, TrainOperator
from tests.fast.airflow.tasks import TaskInstance, context_of
from tests.plans import PLAN
from tests.recorder import Recorder, Reply

DIGEST = "0123456789abcdef"


def test_the_links_to_the_experiment_are_there_before_anything_is_trained(databricks: Recorder) -> None:
    for call in ("create", "add-block", "close"):
        databricks.answers(f"POST /api/2.0/dbfs/{call}", {"handle": 1})
    expanding = TaskInstance("expand_grid")
    ExpandGridOperator(
        task_id="expand_grid",
        plan=PLAN.model_dump(mode="json"),
        points_per_task=1,
        snapshot_path="dbfs:/s",
        snapshot_digest=DIGEST,
        code_digest="c",
        experiment_id="17",
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
    )
    denied = Reply(403, {"error_code": "PERMISSION_DENIED", "message": "not yours"})
    databricks.answers("POST /api/2.2/jobs/runs/submit", denied)
    with pytest.raises(PermissionDenied):
        train.execute(context_of(training))
    assert training.pushed == {"_link_ExperimentLink": page}
