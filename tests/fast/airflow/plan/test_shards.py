"""The points of a sweep are dealt out to mapped tasks, which take about as long and are named by what they
train."""

from collections.abc import Sequence
from itertools import pairwise
from statistics import mean

import pytest

from rookery.plan.shards import Deal, deal, too_many_tasks, usual_points_per_task
from rookery_jobs.contract import ParamValue, Point
from rookery_jobs.grid import ALGORITHMS


def points(algorithm: str, parameter: str, values: Sequence[ParamValue]) -> list[Point]:
    return [Point(f"{algorithm} {value}", algorithm, {parameter: value}) for value in values]


MIXED = [
    *points("LogisticRegression", "maxIter", range(1, 40)),
    *points("GBTClassifier", "maxIter", [5, 10, 20, 40] * 5),
    *points("RandomForestClassifier", "numTrees", [10, 20, 50, 100] * 5),
    *points("DecisionTreeClassifier", "maxDepth", range(1, 20)),
]


def shares(dealt: Deal) -> list[tuple[Point, ...]]:
    return [dealt.points[start:stop] for start, stop in pairwise(dealt.bounds)]


def expected_seconds(point: Point) -> float:
    known = ALGORITHMS[point.algorithm]
    return known.cost.seconds(point.params, known.hyperparameters)


@pytest.mark.parametrize("points_per_task", [1, 4, 7, 16, 1000])
def test_every_point_is_dealt_once_to_as_few_tasks_as_can_be(points_per_task: int) -> None:
    dealt = shares(deal(MIXED, points_per_task))
    assert sorted(point.point_id for share in dealt for point in share) == sorted(
        point.point_id for point in MIXED
    )
    assert len(dealt) == -(-len(MIXED) // points_per_task)
    assert all(1 <= len(share) <= points_per_task for share in dealt)


@pytest.mark.parametrize("points_per_task", [4, 8, 16])
def test_the_dearest_task_of_a_mixed_grid_costs_at_most_a_third_more_than_the_mean(
    points_per_task: int,
) -> None:
    costs = [sum(map(expected_seconds, share)) for share in shares(deal(MIXED, points_per_task))]
    dearest = max(map(expected_seconds, MIXED))
    assert max(costs) <= 1.3 * max(mean(costs), dearest), "one point cannot be cut in two"


def test_a_deal_is_the_same_each_time() -> None:
    assert deal(MIXED, 4) == deal(list(MIXED), 4)


def test_shards_are_ranges_of_the_file_named_by_what_they_train() -> None:
    grid = [
        *points("LogisticRegression", "maxIter", [5, 10, 20, 40, 80]),
        *points("GBTClassifier", "maxIter", [20, 20]),
    ]
    made = list(deal(grid, 4).shards("dbfs:/points.json"))
    assert [shard.arguments for shard in made] == [
        ["dbfs:/points.json", "0", "3"],
        ["dbfs:/points.json", "3", "7"],
    ]
    assert [shard.run_name for shard in made] == [
        "LogisticRegression 1\u20132 and GBTClassifier 3 of 7",
        "LogisticRegression 4\u20136 and GBTClassifier 7 of 7",
    ]


@pytest.mark.parametrize(
    ("count", "usual", "tasks"), [(1, 8, 1), (12, 8, 2), (512, 8, 64), (1000, 16, 63), (10_000, 157, 64)]
)
def test_a_large_grid_makes_larger_tasks_and_not_more_of_them(count: int, usual: int, tasks: int) -> None:
    assert usual_points_per_task(count) == usual
    assert len(shares(deal(points("LogisticRegression", "maxIter", range(count)), usual))) == tasks


def test_more_tasks_than_airflow_takes_are_refused_with_what_would_do() -> None:
    assert too_many_tasks(1024, 1) is None
    assert too_many_tasks(10_000, None) is None
    problem = too_many_tasks(10_000, 1)
    assert problem is not None
    assert "make 10000 mapped tasks; Airflow takes at most 1024: give 10 or more" in problem
