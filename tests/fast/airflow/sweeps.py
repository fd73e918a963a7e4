"""A sweep of five points."""

from typing import Any

from rookery_jobs.contract import Origin, Point, SweepSpec, sweep_id
from tests.plans import PLAN

SWEEP_ARGUMENTS: dict[str, Any] = {
    "plan": PLAN.model_dump(mode="json"),
    "snapshot_path": "dbfs:/s",
    "snapshot_digest": "0123456789abcdef",
    "code_digest": "c",
    "experiment_id": "17",
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
