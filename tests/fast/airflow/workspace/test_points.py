"""The shards' runs become one best point, or an error that names the holes."""

import pytest
from databricks.sdk.service.ml import Metric, Run, RunData, RunInfo, RunInfoStatus, RunTag

from rookery.exceptions import SelectionError
from rookery.workspace.points import best_point
from tests.fast.airflow.sweeps import POINTS, SWEEP


def run(point_id: str, accuracy: float | None, status: str = "FINISHED", **tags: str) -> Run:
    metrics = [] if accuracy is None else [Metric(key="accuracy", value=accuracy, timestamp=0, step=0)]
    tags = {"rookery_point_id": point_id, **tags}
    return Run(
        info=RunInfo(run_id=f"run-{point_id}-{accuracy}", status=RunInfoStatus(status)),
        data=RunData(metrics=metrics, tags=[RunTag(key, value) for key, value in tags.items()]),
    )


def all_but(*left_out: str) -> list[Run]:
    return [run(point.point_id, 0.9) for point in POINTS if point.point_id not in left_out]


def test_the_best_point_has_the_highest_metric() -> None:
    best = best_point(SWEEP, [*all_but("p20"), run("p20", 0.95)])
    assert (best.point_id, best.mlflow_run_id, best.metrics) == (
        "p20",
        "run-p20-0.95",
        {"accuracy": 0.95},
    )


def test_of_equal_points_the_simpler_model_is_best() -> None:
    assert best_point(SWEEP, all_but()).params["maxIter"] == 5


def test_runs_of_other_points_do_not_count() -> None:
    assert best_point(SWEEP, [*all_but(), run("another", 1.0)]).point_id == "p5"


def test_a_failed_run_beside_a_finished_one_of_the_same_point_does_no_harm() -> None:
    assert best_point(SWEEP, [*all_but(), run("p5", None, "FAILED")]).point_id == "p5"


@pytest.mark.parametrize(
    ("hole", "reason"),
    [
        ([], "no finished run"),
        ([run("p10", None, "FAILED", rookery_error="boom at p10")], "boom at p10"),
        ([run("p10", 0.9, "RUNNING")], "no finished run"),
        ([run("p10", None)], "no finished run"),
        ([run("p10", float("nan"))], "no finished run"),
    ],
)
def test_a_point_without_a_finished_run_stops_the_choice(hole: list[Run], reason: str) -> None:
    with pytest.raises(SelectionError) as caught:
        best_point(SWEEP, [*all_but("p10"), *hole])
    assert str(caught.value).startswith("1 of 5 points have no finished run with accuracy")
    assert f"LogisticRegression {{'maxIter': 10, 'regParam': 0.1}}: {reason}" in str(caught.value)
