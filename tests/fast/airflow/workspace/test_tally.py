"""Which points of a sweep are its own: by the parent of their MLflow runs."""

import dataclasses

from databricks.sdk.service.ml import Run, RunData, RunInfo, RunInfoStatus, RunTag

from rookery.workspace.sweeps.tally import Tally
from rookery_jobs.contract import MLFLOW_PARENT, TAG_POINT, sweep_id
from tests.fast.airflow.sweeps import POINTS, SWEEP

OURS = dataclasses.replace(SWEEP, parent_run_id="ours")


def run(run_id: str, point: str, status: str = "FINISHED", parent: str | None = None) -> Run:
    tags = {TAG_POINT: point, **({MLFLOW_PARENT: parent} if parent else {})}
    return Run(
        data=RunData(tags=[RunTag(name, value) for name, value in tags.items()]),
        info=RunInfo(run_id=run_id, status=RunInfoStatus(status)),
    )


def test_points_of_other_sweeps_and_of_sweeps_without_a_parent_are_found_again() -> None:
    runs = [
        run("r1", POINTS[0].point_id, parent="ours"),
        run("r2", POINTS[1].point_id, parent="another"),
        run("r3", POINTS[2].point_id),
        run("r4", POINTS[3].point_id, "FAILED", parent="another"),
        run("r5", "of no point of this sweep", parent="another"),
    ]
    tally = Tally.of(OURS, runs)
    assert [(point.point_id, run_id) for point, run_id in tally.found] == [("p10", "r2"), ("p20", "r3")]
    assert tally.metrics == {"points": 5, "points_found_again": 2}
    assert tally.missing == 2
    note = tally.note(OURS)
    assert "5 points" in note
    assert "2 of them found again" in note
    assert "- LogisticRegression: maxIter 10; regParam 0.1: run r2" in note


def test_a_point_that_another_sweep_has_fitted_too_is_the_sweeps_own() -> None:
    both = [run("r1", POINTS[0].point_id, parent="another"), run("r2", POINTS[0].point_id, parent="ours")]
    for runs in (both, both[::-1]):
        assert Tally.of(OURS, runs).found == ()


def test_a_list_that_is_longer_than_a_tag_may_be_ends_with_how_many_more() -> None:
    points = tuple(dataclasses.replace(POINTS[0], point_id=f"p{number}") for number in range(1000))
    many = dataclasses.replace(
        OURS, points=points, sweep_id=sweep_id([point.point_id for point in points], "accuracy")
    )
    runs = [run(f"{number:032}", point.point_id, parent="another") for number, point in enumerate(points)]
    note = Tally.of(many, runs).note(many)
    assert len(note.encode()) <= 5000
    listed = note.count("- LogisticRegression")
    assert note.endswith(f"- and {1000 - listed} more")
    assert listed > 10
