import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rookery_jobs.contract import ContractError, Point
from rookery_jobs.grid import (
    ALGORITHMS,
    GridError,
    Scored,
    best,
    ranking,
)

LR = "LogisticRegression"


def scored(point: str, run: str = "run", **values: object) -> Scored:
    params = {name: value for name, value in values.items() if name in ALGORITHMS[LR].hyperparameters}
    metrics = {name: value for name, value in values.items() if name not in params}
    return Scored(Point(point, LR, params), run, metrics)  # type: ignore[arg-type]


def test_the_highest_metric_wins() -> None:
    assert best([scored("a", accuracy=0.8), scored("b", accuracy=0.9)], "accuracy").point.point_id == "b"


def test_the_lowest_wins_where_smaller_is_better() -> None:
    assert (
        best([scored("a", hammingLoss=0.2), scored("b", hammingLoss=0.1)], "hammingLoss").point.point_id
        == "b"
    )


def test_of_equals_the_simpler_model_wins() -> None:
    equals = [
        scored("a", accuracy=0.9, maxIter=20, regParam=0.5),
        scored("b", accuracy=0.9, maxIter=5, regParam=0.1),
        scored("c", accuracy=0.9, maxIter=5, regParam=0.5),
    ]
    assert [one.point.point_id for one in ranking(equals, "accuracy")] == ["c", "b", "a"]


def test_a_difference_of_rounding_is_none() -> None:
    strong, weak = scored("b", f1=0.967032967032967, regParam=0.5), scored("a", f1=0.9670329670329672)
    assert best([weak, strong], "f1") is strong
    assert best([scored("c", f1=0.96703296704), strong], "f1").point.point_id == "c"


def test_a_parameter_that_is_left_out_counts_as_sparks_default() -> None:
    short, default = scored("b", accuracy=0.9, maxIter=99), scored("a", accuracy=0.9)
    assert best([default, short], "accuracy") is short


def test_of_equally_simple_points_the_first_id_wins() -> None:
    tied = [scored("b", accuracy=0.9), scored("a", "y", accuracy=0.9), scored("a", "x", accuracy=0.9)]
    assert [(one.point.point_id, one.mlflow_run_id) for one in ranking(tied, "accuracy")] == [
        ("a", "x"),
        ("a", "y"),
        ("b", "run"),
    ]


def test_nan_and_missing_metrics_never_win() -> None:
    some = [scored("a", accuracy=math.nan), scored("b", f1=1.0), scored("c", accuracy=0.1)]
    assert [one.point.point_id for one in ranking(some, "accuracy")] == ["c"]


def test_without_a_finished_point_there_is_no_best() -> None:
    with pytest.raises(GridError, match="no point finished"):
        best([scored("a", accuracy=math.nan)], "accuracy")
    with pytest.raises(ContractError, match="unknown metric 'beauty'"):
        best([], "beauty")


@given(st.permutations([scored(str(n), accuracy=n % 3 / 3, maxIter=n % 2) for n in range(8)]))
def test_the_best_does_not_depend_on_the_order_of_the_points(points: list[Scored]) -> None:
    assert best(points, "accuracy").point.point_id == "2"
