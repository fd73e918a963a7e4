"""Airflow behind a proxy that plays faults: the stack, and what a person does to a run in it."""

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import psutil

from local_stack.runs.dag_run import DagRun
from local_stack.waiting import wait_for
from tests.end_to_end.stack import Stack
from tests.faults.proxy import FaultProxy

DAG = "penguins_over_http"
ENDPOINT = "penguins-over-http"


@dataclass(frozen=True)
class FaultyStack:
    """The stack of the end-to-end tests, whose Airflow reaches the workspace through a proxy."""

    stack: Stack
    proxy: FaultProxy
    source_url: str

    def start(self, **conf: Any) -> DagRun:
        """Trigger the DAG with two points in one shard."""
        return self.stack.start(DAG, {"source_url": self.source_url, "points_per_task": 2, **conf})

    def mark(self, run: DagRun, state: str) -> None:
        """Mark the run, as by the button of Airflow's page."""
        answer = self.stack.airflow.patch(f"dags/{DAG}/dagRuns/{run.run_id}", json={"state": state})
        assert answer.is_success, answer.text

    def delete(self, run: DagRun) -> None:
        """Forget the run and its tasks; Airflow wants it queued or ended for that."""
        self.mark(run, "queued")
        answer = self.stack.airflow.delete(f"dags/{DAG}/dagRuns/{run.run_id}")
        assert answer.status_code == 204, answer.text

    def lose_sight(self, run: DagRun, task_id: str) -> None:
        """Have a task tried again while it runs, as Airflow does when its heartbeats do not arrive."""
        now = datetime.now(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
        lost = (
            "UPDATE task_instance SET state = 'up_for_retry', end_date = ? WHERE run_id = ? AND task_id = ?"
        )
        file = self.stack.airflow_home / "airflow.db"
        with closing(sqlite3.connect(file, timeout=60)) as database, database:
            database.execute(lost, (now, run.run_id, task_id))

    def await_task(self, run: DagRun, task_id: str, *states: str, seconds: float = 240) -> str:
        """Wait until a task is in one of the states, and return which."""

        def look() -> str | None:
            found = {task.task_id: task.state for task in run.task_instances()}
            return found[task_id] if found[task_id] in states else None

        return wait_for(f"{task_id} in {' or '.join(states)}", look, seconds)

    def await_requests(self, route: str, count: int = 1, seconds: float = 240) -> None:
        """Wait until that many requests of the route have come to the proxy."""
        wait_for(route, lambda: len(self.proxy.asked(route)) >= count or None, seconds)

    def kill_task(self, run: DagRun, task_id: str, number: int) -> None:
        """Send a signal to the process that runs a task."""
        process = self.task_process(run, task_id)
        os.kill(process.pid, number)

    def task_process(self, run: DagRun, task_id: str) -> psutil.Process:
        """The process of a running task, which Airflow names after the task instance."""

        def look() -> psutil.Process | None:
            path = f"dags/{DAG}/dagRuns/{run.run_id}/taskInstances/{task_id}"
            instance = self.stack.get(path)
            named = f"airflow worker -- {instance['id']}"
            return next(filter(_is_named(named), psutil.process_iter()), None)

        return wait_for(f"the process of {task_id}", look, 60, interval=0.02)

    def endpoints(self) -> list[str]:
        """The names of the endpoints that are there."""
        return [str(each.name) for each in self.stack.workspace.serving_endpoints.list()]


def _is_named(name: str) -> Callable[[psutil.Process], bool]:
    def is_named(process: psutil.Process) -> bool:
        try:
            return name in " ".join(process.cmdline())
        except psutil.Error:
            return False

    return is_named
