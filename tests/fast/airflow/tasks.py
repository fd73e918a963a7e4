"""A running task as its operator sees it: what operators use of Airflow, without Airflow."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, NamedTuple


class TaskInstance:
    """What operators use of a running task instance, and what Airflow tells it.

    `state` is what Airflow has for the task's state: a mark changes it, and nothing is there any more of a
    task that was deleted. `left` are the XComs of other tasks, by task and key; `live_runs` the DAG runs
    that have not ended.
    """

    def __init__(
        self,
        task_id: str,
        try_number: int = 1,
        max_tries: int = 0,
        map_index: int = -1,
        run_id: str = "manual__1",
    ) -> None:
        self.dag_id = "penguins"
        self.run_id = run_id
        self.task_id = task_id
        self.try_number = try_number
        self.max_tries = max_tries
        self.map_index = map_index
        self.pushed: dict[str, Any] = {}
        self.state: str | None = "running"
        self.live_runs = {("penguins", run_id)}
        self.left: dict[tuple[str, str], Any] = {}

    def xcom_push(self, key: str, value: Any) -> None:
        # As Airflow does: what is not JSON cannot be pushed.
        self.pushed[key] = json.loads(json.dumps(value))

    def xcom_pull(self, task_ids: str, key: str = "return_value", map_indexes: int = -1) -> Any:  # noqa: ARG002
        return self.pushed.get(key) if task_ids == self.task_id else self.left.get((task_ids, key))

    def get_task_states(self, **_: Any) -> dict[str, dict[str, str]]:
        return {} if self.state is None else {self.run_id: {self.task_id: self.state}}

    def get_dr_count(self, dag_id: str, run_ids: Sequence[str], states: Sequence[str]) -> int:
        assert set(states) == {"queued", "running"}
        return sum((dag_id, run_id) in self.live_runs for run_id in run_ids)


class DagRun(NamedTuple):
    """What operators use of a DAG run."""

    dag_id: str = "penguins"
    run_id: str = "manual__1"
    conf: dict[str, Any] | None = None
    run_type: str = "manual"
    data_interval_start: datetime | None = None
    data_interval_end: datetime | None = None
    run_after: datetime = datetime(2026, 1, 5, tzinfo=UTC)
    clear_number: int | None = 0


def context_of(instance: TaskInstance, **conf: Any) -> Any:
    """A task's context."""
    run = DagRun(run_id=instance.run_id, conf=conf)
    return {"ti": instance, "dag_run": run, "dag": SimpleNamespace(fileloc=__file__)}
