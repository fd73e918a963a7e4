"""A sweep of 12 points in the real DAG: how long its training tasks take."""

import itertools
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import httpx

from bench.measures import Comparison, in_turns
from local_stack.runs.dag_run import follow, trigger
from local_stack.services.airflow_services import airflow_services
from local_stack.services.workspace import local_workspace

DAG_ID = "penguin_predictor"
POINTS = 12


def compare(rounds: int) -> Iterator[Comparison]:
    """Three tasks at once against one, and points that are found again against new ones."""
    with ExitStack() as stack:
        root = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="rookery-bench-")))
        workspace = stack.enter_context(local_workspace(root / "workspace", root / "workspace.log"))
        airflow = stack.enter_context(
            airflow_services(root / "airflow", lambda: workspace.ready().airflow_connection)
        )
        api = airflow.api()
        # Points that no run before has trained.
        grids = ((first, first + 1, first + 2) for first in itertools.count(30, 3))

        def new_points(points_per_task: int) -> float:
            return train_seconds(api, _conf(next(grids), points_per_task))

        at_once = in_turns(rounds, lambda: new_points(4), lambda: new_points(POINTS))
        yield Comparison(
            f"Training {POINTS} points, three tasks at once",
            "s",
            "in one task",
            *at_once,
            key="three_tasks_vs_one",
        )
        repeated = _conf(next(grids), 4)
        first = [train_seconds(api, repeated)]
        again = [train_seconds(api, repeated) for _ in range(rounds)]
        yield Comparison(
            f"The same {POINTS} points again",
            "s",
            "the first time",
            again,
            first,
            key="points_again_vs_first",
        )


def train_seconds(api: httpx.Client, conf: dict[str, Any]) -> float:
    """From the first training task's start to the last one's end, in a run with this conf."""
    run = trigger(api, DAG_ID, conf)
    state = follow(run)
    if state != "success":
        raise RuntimeError(f"the run {run.run_id} ended as {state}")
    shards = [task for task in run.task_instances() if task.task_id == "train"]
    return max(task.end for task in shards) - min(task.start for task in shards)


def _conf(max_iter: tuple[int, ...], points_per_task: int) -> dict[str, Any]:
    grid = {"LogisticRegression_maxIter": list(max_iter)}
    return {**grid, "points_per_task": points_per_task, "deploy": False}
