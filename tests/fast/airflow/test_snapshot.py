"""What `prepare_data` hands on: where the snapshot is, and nothing of what is in it."""

import base64

from rookery.operators.snapshot import PrepareDataOperator, snapshot_spec
from rookery_jobs.contract import Manifest, Origin
from tests.fast.airflow.conftest import Recorder, TaskInstance, context_of
from tests.fast.airflow.test_job_run import GET, SUBMIT, run
from tests.fast.airflow.test_params import PLAN

SOURCE = {"path": "dbfs:/rookery/source.csv", "sha256": "0" * 64}


def holds_manifest(workspace: Recorder, example: dict[str, float | str]) -> None:
    """A workspace whose only file on DBFS is the manifest of a snapshot with this example."""
    snapshot = snapshot_spec(PLAN, SOURCE, Origin("penguins", "manual__1", None, 1))
    manifest = Manifest(snapshot, {}, 3, 0, 1, 2, {"train": 1, "test": 1}, {}, example)
    content = manifest.to_json().encode()
    workspace.answers("GET /api/2.0/dbfs/get-status", {"path": "/s/manifest.json", "file_size": len(content)})
    data = base64.b64encode(content).decode()
    workspace.answers(
        "GET /api/2.0/dbfs/read", {"bytes_read": len(content), "data": data}, {"bytes_read": 0, "data": ""}
    )


def test_no_row_of_the_data_is_handed_on(databricks: Recorder) -> None:
    holds_manifest(databricks, {"Island": "Biscoe", "BodyMass": 4450.0})
    for call in ("create", "add-block", "close"):
        databricks.answers(f"POST /api/2.0/dbfs/{call}", {"handle": 7})
    databricks.answers(SUBMIT, {"run_id": 7})
    databricks.answers(GET, run(7, "TERMINATED", "SUCCESS"))
    instance = TaskInstance("prepare_data")
    operator = PrepareDataOperator(
        task_id="prepare_data",
        plan=PLAN.model_dump(mode="json"),
        source=SOURCE,
        existing_cluster_id="c1",
        code_folder="/Workspace/code",
    )
    operator.execute(context_of(instance))
    handed_on = {key for key in instance.pushed if not key.startswith("_link_")}
    assert handed_on == {"snapshot_path", "snapshot_digest"}
