"""What `prepare_data` hands on: where the snapshot is, and nothing of what is in it."""

from rookery.operators.snapshot import PrepareDataOperator
from tests.fast.airflow.job_runs import GET, SUBMIT, run
from tests.fast.airflow.snapshots import SOURCE, holds_manifest
from tests.fast.airflow.tasks import TaskInstance, context_of
from tests.plans import PLAN
from tests.recorder import Recorder


def test_no_row_of_the_data_is_handed_on(databricks: Recorder) -> None:
    holds_manifest(databricks, {"Island": "Biscoe", "BodyMass": 4450.0})
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
