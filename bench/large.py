"""What grows: 5,000,000 rows, and a grid of 10,000 points whose training is killed and resumed."""

import csv
import io
import random
import time
from collections.abc import Iterator, Sequence

from bench.measures import Comparison, Figure
from bench.sweep import THREADS, Bench, grid_of, prepared
from local_stack.environments import PROJECT
from local_stack.waiting import wait_for

ROWS = 5_000_000
_PARTITIONS = ROWS // 50_000
_POINTS = [(max_iter, reg_param) for max_iter in (5, 10) for reg_param in (0.01, 0.1, 0.2, 0.5)]
_FITTED = 200


def compare(rounds: int) -> Iterator[Comparison | Figure]:
    """Each once: they take minutes."""
    del rounds
    with prepared() as bench:
        yield from _ten_thousand_points(bench)
    with prepared(_many_rows()) as bench:
        yield from _many_rows_compared(bench)


def _ten_thousand_points(bench: Bench) -> Iterator[Figure]:
    began = time.monotonic()
    sweep = bench.sweep.plan(bench.snapshot, grid_of(10_000))
    yield Figure(
        "Planning and storing 10,000 points", "s", time.monotonic() - began, "points_10000_plan_seconds"
    )
    killed = bench.sweep.start_training(sweep, 0, 2 * _FITTED)
    wait_for("points that are fitted", lambda: len(bench.sweep.ranked(sweep)) >= _FITTED or None, 1200)
    bench.client.jobs.cancel_run_and_wait(killed)
    before = {one.mlflow_run_id for one in bench.sweep.ranked(sweep)}
    bench.sweep.train(sweep, 0, 2 * _FITTED)
    after = [one.mlflow_run_id for one in bench.sweep.ranked(sweep)]
    if len(after) != 2 * _FITTED or not before <= set(after):
        raise RuntimeError(
            f"{len(before)} of {2 * _FITTED} points were there, then {len(after)}: fitted again"
        )
    yield Figure("Points of it found again after a kill", "", len(before), "points_10000")


def _many_rows_compared(bench: Bench) -> Iterator[Comparison]:
    values: dict[str, Sequence[object]] = {"maxIter": [5, 10], "regParam": [0.01, 0.1, 0.2, 0.5]}
    whole = bench.sweep.train(bench.sweep.plan(bench.snapshot, values)).seconds
    one = bench.sweep.train(bench.sweep.plan(bench.snapshot, {"maxIter": [5], "regParam": [0.3]})).seconds
    ours = (whole - one) / (len(_POINTS) - 1)
    bare = bench.bare_fits(_POINTS, THREADS, _PARTITIONS) / len(_POINTS)
    yield Comparison(
        f"A point on {bench.rows:,} rows",
        "s",
        "a bare fit",
        [ours],
        [bare],
        "rows_5m_seconds_per_point_vs_bare_fit",
    )


def _many_rows() -> bytes:
    """The penguins again and again, each a little lighter or heavier; the same bytes each time."""
    with (PROJECT / "data" / "penguins.csv").open() as file:
        header, *lines = [row for row in csv.reader(file) if all(row)]
    chance = random.Random(42)  # noqa: S311 - no secret
    weight = header.index("BodyMass")
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(header)
    for number in range(ROWS):
        row = list(lines[number % len(lines)])
        row[weight] = f"{float(row[weight]) + chance.gauss(0, 50):.2f}"
        writer.writerow(row)
    return text.getvalue().encode()
