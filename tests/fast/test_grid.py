import math
from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rookery_jobs.contract import ParamValue, Point
from rookery_jobs.grid import (
    ALGORITHMS,
    MAX_POINTS,
    GridError,
    Scored,
    best,
    convert,
    expand,
    make_points,
    ranking,
)

LR = "LogisticRegression"


@pytest.mark.parametrize("value", ["5", 5, 5.0, " 5 ", "5.0", "+5"])
def test_one_value_has_one_form_however_it_is_written(value: object) -> None:
    converted = convert(LR, "maxIter", value)
    assert converted == 5
    assert type(converted) is int


@pytest.mark.parametrize(
    ("parameter", "value", "expected"),
    [
        ("regParam", "0.10", 0.1),
        ("regParam", 1, 1.0),
        ("regParam", "1e-3", 0.001),
        ("elasticNetParam", 1, 1.0),
        ("fitIntercept", "False", False),
        ("family", "Multinomial", "multinomial"),
        ("maxIter", 0, 0),
        ("aggregationDepth", "2", 2),
    ],
)
def test_a_value_becomes_its_spark_type(parameter: str, value: object, expected: ParamValue) -> None:
    converted = convert(LR, parameter, value)
    assert converted == expected
    assert type(converted) is type(expected)


@pytest.mark.parametrize(
    ("parameter", "value"),
    [
        ("maxIter", "abc"),
        ("maxIter", 0.5),
        ("maxIter", "0.5"),
        ("maxIter", -1),
        ("maxIter", 2**31),
        ("maxIter", "9" * 5000),
        ("maxIter", True),
        ("maxIter", None),
        ("maxIter", [5]),
        ("maxIter", math.inf),
        ("maxIter", "1_0"),
        ("regParam", math.nan),
        ("regParam", "nan"),
        ("regParam", "inf"),
        ("regParam", "1e999"),
        ("regParam", 10**400),
        ("regParam", -0.1),
        ("regParam", False),
        ("regParam", ""),
        ("elasticNetParam", 1.0001),
        ("aggregationDepth", 1),
        ("fitIntercept", 1),
        ("fitIntercept", "yes"),
        ("family", "gaussian"),
        ("family", 3),
    ],
)
def test_a_value_that_spark_would_refuse_is_refused_with_what_is_allowed(
    parameter: str, value: object
) -> None:
    with pytest.raises(GridError) as refusal:
        convert(LR, parameter, value)
    message = str(refusal.value)
    assert f"{LR}.{parameter}" in message
    assert repr(value) in message
    assert ALGORITHMS[LR][parameter].allowed in message


def test_an_unknown_name_is_refused_with_those_that_exist() -> None:
    with pytest.raises(GridError, match="unknown algorithm 'Oracle'; known are LogisticRegression"):
        convert("Oracle", "maxIter", 5)
    with pytest.raises(GridError, match="has no parameter 'maxDepth'; it has maxIter"):
        convert(LR, "maxDepth", 5)


def test_a_grid_is_the_product_of_its_lists_in_their_order() -> None:
    candidates = expand([(LR, {"maxIter": [5, 10], "regParam": [0.5, 0.2]})])
    assert [tuple(one.params.values()) for one in candidates] == [(5, 0.5), (5, 0.2), (10, 0.5), (10, 0.2)]


def test_a_point_that_occurs_again_is_dropped() -> None:
    first: dict[str, list[object]] = {"maxIter": ["5", 5.0, 10], "regParam": [0.5]}
    candidates = expand([(LR, first), (LR, {"regParam": ["0.5"], "maxIter": [10, 20]})])
    assert [one.params["maxIter"] for one in candidates] == [5, 10, 20]


@pytest.mark.parametrize(
    ("sweeps", "message"),
    [
        ([], "the sweep is empty"),
        ([(LR, {})], "the grid of LogisticRegression is empty"),
        ([(LR, {"maxIter": []})], "LogisticRegression.maxIter has an empty list"),
        ([(LR, {"maxIter": 5})], "needs a list of values, not 5"),
        ([(LR, {"family": "auto"})], "needs a list of values, not 'auto'"),
        ([(LR, {"maxIter": [5, "many"]})], "cannot be 'many'"),
        ([(LR, {"depth": []})], "no parameter 'depth'"),
        ([("Oracle", {})], "unknown algorithm"),
    ],
)
def test_a_sweep_that_means_no_points_is_refused(sweeps: list[tuple[str, Any]], message: str) -> None:
    with pytest.raises(GridError, match=message):
        expand(sweeps)


def test_a_grid_is_measured_before_it_is_expanded() -> None:
    values = [number / 1000 for number in range(MAX_POINTS)]
    huge: dict[str, Sequence[object]] = {"regParam": values, "elasticNetParam": values, "tol": values}
    with pytest.raises(GridError, match=rf"has 1000000000 points; at most {MAX_POINTS}"):
        expand([(LR, huge)])
    assert len(expand([(LR, {"regParam": values})])) == MAX_POINTS


number_texts = st.one_of(st.integers(0, 50), st.integers(0, 50).map(str), st.integers(0, 50).map(float))


@given(st.lists(number_texts, min_size=1, max_size=20))
def test_expansion_gives_each_distinct_value_once(values: list[object]) -> None:
    candidates = expand([(LR, {"maxIter": values})])
    found = [one.params["maxIter"] for one in candidates]
    assert sorted(found) == sorted({int(float(str(value))) for value in values})


def test_equal_points_of_two_notations_have_one_id() -> None:
    def ids(values: list[object]) -> list[str]:
        points = make_points(
            expand([(LR, {"maxIter": values, "regParam": ["0.1"]})]),
            categorical=["Island"],
            numeric=["BodyMass"],
            label="Species",
            snapshot_digest="s",
            code_digest="c",
        )
        return [point.point_id for point in points]

    assert ids(["5"]) == ids([5]) == ids([5.0])
    assert ids([5]) != ids([6])


def scored(point: str, run: str = "run", **values: object) -> Scored:
    params = {name: value for name, value in values.items() if name in ALGORITHMS[LR]}
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
    with pytest.raises(GridError, match="unknown metric 'beauty'"):
        best([], "beauty")


@given(st.permutations([scored(str(n), accuracy=n % 3 / 3, maxIter=n % 2) for n in range(8)]))
def test_the_best_does_not_depend_on_the_order_of_the_points(points: list[Scored]) -> None:
    assert best(points, "accuracy").point.point_id == "2"
