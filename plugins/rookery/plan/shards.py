"""A sweep dealt out to mapped tasks, so that all of them take about as long."""

from __future__ import annotations

import heapq
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate, groupby, pairwise

from rookery.xcom import Handed
from rookery_jobs.contract import Point
from rookery_jobs.grid import ALGORITHMS

MAX_TASKS = 1024
"""Of one mapped task: Airflow's default for `[core] max_map_length`."""

_USUAL_POINTS = 8
_USUAL_TASKS = 64

_UNKNOWN_COST = 1.0
"""Seconds of a fit of which nothing is known: that of an estimator by dotted path."""


@dataclass(frozen=True)
class Shard(Handed):
    """What one mapped task trains: the arguments of its job run (points file, start, stop), and its name."""

    arguments: list[str]
    run_name: str


def usual_points_per_task(count: int) -> int:
    """How many of `count` points a mapped task carries if nobody says: 8, and more where that would make more
    than 64 tasks."""
    return max(_USUAL_POINTS, -(-count // _USUAL_TASKS))


def too_many_tasks(count: int, points_per_task: int | None) -> str | None:
    """What is wrong with a number of points for each task, if somebody has said one."""
    tasks = -(-count // points_per_task) if points_per_task else 0
    if tasks <= MAX_TASKS:
        return None
    fewest = -(-count // MAX_TASKS)
    return (
        f"{count} points, {points_per_task} per task, make {tasks} mapped tasks; Airflow takes at most "
        f"{MAX_TASKS}: give {fewest} or more, or leave it out"
    )


@dataclass(frozen=True)
class Deal:
    """The points of a sweep in the order of their file, in which each shard is a range."""

    points: tuple[Point, ...]
    bounds: tuple[int, ...]

    def shards(self, points_path: str) -> Iterator[Shard]:
        """The ranges, named by what they train: "LogisticRegression 5\u20138 of 12"."""
        for start, stop in pairwise(self.bounds):
            run_name = f"{_trained(self.points, start, stop)} of {len(self.points)}"
            yield Shard([points_path, str(start), str(stop)], run_name)


def deal(points: Sequence[Point], points_per_task: int) -> Deal:
    """Deal the points out to as few shards as can be, by their expected cost: the dearest that is left goes
    to the shard that has cost least so far and still has room."""
    count = -(-len(points) // points_per_task)
    hands: list[list[int]] = [[] for _ in range(count)]
    free = [(0.0, number) for number in range(count)]
    costs = [_cost(point) for point in points]
    for position in sorted(range(len(points)), key=lambda each: -costs[each]):
        cost, number = heapq.heappop(free)
        hands[number].append(position)
        if len(hands[number]) < points_per_task:
            heapq.heappush(free, (cost + costs[position], number))
    hands = sorted(sorted(hand) for hand in hands)
    bounds = accumulate((len(hand) for hand in hands), initial=0)
    return Deal(tuple(points[position] for hand in hands for position in hand), tuple(bounds))


def _cost(point: Point) -> float:
    known = ALGORITHMS.get(point.algorithm)
    if known is None:
        return _UNKNOWN_COST
    return known.cost.seconds(point.params, known.hyperparameters)


def _trained(points: Sequence[Point], start: int, stop: int) -> str:
    parts = []
    for algorithm, positions in groupby(range(start, stop), key=lambda position: points[position].algorithm):
        first, *others = (position + 1 for position in positions)
        parts.append(f"{algorithm} {first}" + (f"\u2013{others[-1]}" if others else ""))
    return " and ".join(parts)
