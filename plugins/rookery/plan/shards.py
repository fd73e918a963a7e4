"""A sweep dealt out to mapped tasks: consecutive ranges of its points."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from rookery.xcom import Handed
from rookery_jobs.contract import Point


@dataclass(frozen=True)
class Shard(Handed):
    """What one mapped task trains: the arguments of its job run (points file, start, stop), and its name."""

    arguments: list[str]
    run_name: str


def shards(points: Sequence[Point], points_per_task: int, points_path: str) -> Iterator[Shard]:
    """Consecutive ranges of the points, named by what they train: "LogisticRegression 5\u20138 of 12"."""
    for start in range(0, len(points), points_per_task):
        stop = min(start + points_per_task, len(points))
        run_name = f"{_trained(points, start, stop)} of {len(points)}"
        yield Shard([points_path, str(start), str(stop)], run_name)


def _trained(points: Sequence[Point], start: int, stop: int) -> str:
    parts = []
    for algorithm, positions in groupby(range(start, stop), key=lambda position: points[position].algorithm):
        first, *others = (position + 1 for position in positions)
        parts.append(f"{algorithm} {first}" + (f"\u2013{others[-1]}" if others else ""))
    return " and ".join(parts)
