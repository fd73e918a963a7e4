"""The grid becomes shards, the shards' runs become one best point, or an error that names the holes."""

from dataclasses import replace
from typing import Any

import pytest
from databricks.sdk.errors import PermissionDenied
from databricks.sdk.service.ml import Metric, Run, RunData, RunInfo, RunInfoStatus, RunTag

from rookery.exceptions import SelectionError
from rookery.operators.experiment import best_point
from rookery.operators.sweep import ExpandGridOperator, TrainOperator, shards
from rookery_jobs.contract import Origin, Point, SweepSpec, sweep_id
from tests.fast.airflow.conftest import Recorder, Reply, TaskInstance, context_of
from tests.fast.airflow.test_params import PLAN

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


def run(point_id: str, accuracy: float | None, status: str = "FINISHED", **tags: str) -> Run:
    metrics = [] if accuracy is None else [Metric(key="accuracy", value=accuracy, timestamp=0, step=0)]
    tags = {"rookery_point_id": point_id, **tags}
    return Run(
        info=RunInfo(run_id=f"run-{point_id}-{accuracy}", status=RunInfoStatus(status)),
        data=RunData(metrics=metrics, tags=[RunTag(key, value) for key, value in tags.items()]),
    )


def all_but(*left_out: str) -> list[Run]:
    return [run(point.point_id, 0.9) for point in POINTS if point.point_id not in left_out]


def test_shards_are_consecutive_and_named_by_what_they_train() -> None:
    made: list[dict[str, Any]] = list(shards(POINTS, 2, "dbfs:/points.json"))
    assert [shard["arguments"] for shard in made] == [
        ["dbfs:/points.json", "0", "2"],
        ["dbfs:/points.json", "2", "4"],
        ["dbfs:/points.json", "4", "5"],
    ]
    assert [shard["run_name"] for shard in made] == [
        "LogisticRegression 1\u20132 of 5",
        "LogisticRegression 3\u20134 of 5",
        "LogisticRegression 5 of 5",
    ]


def test_a_shard_of_several_algorithms_names_each_with_its_points() -> None:
    others = tuple(replace(point, algorithm="DecisionTreeClassifier") for point in POINTS)
    made = list(shards([*POINTS, *others], 4, "dbfs:/points.json"))
    assert [shard["run_name"] for shard in made] == [
        "LogisticRegression 1\u20134 of 10",
        "LogisticRegression 5 and DecisionTreeClassifier 6\u20138 of 10",
        "DecisionTreeClassifier 9\u201310 of 10",
    ]


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
    assert (
        page
        == f"{workspace}/ml/experiments/17?searchFilter=tags.%60rookery_snapshot%60%20%3D%20%27{DIGEST}%27"
    )
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


def test_the_best_point_has_the_highest_metric() -> None:
    best = best_point(SWEEP, [*all_but("p20"), run("p20", 0.95)])
    assert (best.point.point_id, best.mlflow_run_id, best.metrics) == (
        "p20",
        "run-p20-0.95",
        {"accuracy": 0.95},
    )


def test_of_equal_points_the_simpler_model_is_best() -> None:
    assert best_point(SWEEP, all_but()).point.params["maxIter"] == 5


def test_runs_of_other_points_do_not_count() -> None:
    assert best_point(SWEEP, [*all_but(), run("another", 1.0)]).point.point_id == "p5"


def test_a_failed_run_beside_a_finished_one_of_the_same_point_does_no_harm() -> None:
    assert best_point(SWEEP, [*all_but(), run("p5", None, "FAILED")]).point.point_id == "p5"


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
