from collections.abc import Sequence
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rookery_jobs.grid import (
    MAX_POINTS,
    GridError,
    expand,
    make_points,
)

LR = "LogisticRegression"


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
    values = [number / MAX_POINTS for number in range(MAX_POINTS)]
    huge: dict[str, Sequence[object]] = {"regParam": values, "elasticNetParam": values, "tol": values}
    with pytest.raises(GridError, match=rf"has 1000000000000000 points; at most {MAX_POINTS}"):
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
