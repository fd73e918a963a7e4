"""A sweep of five points."""

from typing import Any

from rookery_jobs.contract import Manifest, Origin, Point, SweepSpec, manifest_path, sweep_id
from tests.fast.airflow.usable_workspace import ME
from tests.fast.jobs.contract.documents import snapshot_spec
from tests.plans import PLAN
from tests.recorder import Recorder

SWEEP_ARGUMENTS: dict[str, Any] = {
    "plan": PLAN.model_dump(mode="json"),
    "snapshot_path": "dbfs:/s",
    "snapshot_digest": "0123456789abcdef",
    "code_digest": "c",
    "experiment_id": "17",
    "owner_tag": "here/penguins/manual__1",
    "points_per_task": 1,
}
"""What the operators of a sweep are given."""

POINTS = tuple(
    Point(f"p{max_iter}", "LogisticRegression", {"maxIter": max_iter, "regParam": 0.1})
    for max_iter in (5, 10, 20, 40, 80)
)

SWEEP = SweepSpec(
    sweep_id=sweep_id((point.point_id for point in POINTS), "accuracy"),
    snapshot_path="dbfs:/s",
    snapshot_digest="d",
    code_digest="c",
    experiment_id="1",
    metric="accuracy",
    points=POINTS,
    tmp_path="dbfs:/tmp",
    origin=Origin("penguins", "manual__1", None, 1),
)

MANIFEST = Manifest(
    snapshot=snapshot_spec(),
    columns={"Island": "string", "CulmenLength": "double", "BodyMass": "double", "Species": "int"},
    rows_read=344,
    rows_later=0,
    rows_dropped=2,
    rows_kept=342,
    rows={"train": 240, "validation": 50, "test": 52},
    class_counts={},
    example={"Island": "Biscoe", "CulmenLength": 48.7, "BodyMass": 4450.0},
)


def answer_sweep(databricks: Recorder) -> None:
    """Teach the recorder to answer for the MLflow run of a sweep, which is made anew every time, and for the
    snapshot that the sweep is on."""
    mlflow = "POST /api/2.0/mlflow/runs"
    databricks.answers(ME, {"userName": "me@example.com"})
    databricks.answers(f"{mlflow}/create", {"run": {"info": {"run_id": "parent"}}})
    for method in ("search", "log-inputs", "log-batch", "update"):
        databricks.answers(f"{mlflow}/{method}", {})
    manifest = manifest_path(SWEEP_ARGUMENTS["snapshot_path"]).removeprefix("dbfs:")
    databricks.files[manifest] = MANIFEST.to_json().encode()
