"""What a fault case plays: Airflow around one task, and time."""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, NamedTuple

DAG_ID = "penguins"


class DagRun(NamedTuple):
    """What operators use of a DAG run."""

    run_id: str
    dag_id: str = DAG_ID
    conf: dict[str, Any] | None = None
    run_type: str = "manual"
    data_interval_end: datetime | None = None
    run_after: datetime = datetime(2026, 1, 5, tzinfo=UTC)
    clear_number: int | None = 0


@dataclass
class PlayedTask:
    """What operators use of a task instance, and what Airflow says of it and of other runs.

    `state` is what a look at the task's own state finds; a mark changes it. `xcoms` are those of other tasks,
    by task and key. `live_runs` are the DAG runs that have not ended, by DAG and run.
    """

    task_id: str
    run_id: str
    try_number: int = 1
    max_tries: int = 2
    map_index: int = -1
    state: str | None = "running"
    dag_id: str = DAG_ID
    xcoms: dict[tuple[str, str], Any] = field(default_factory=dict)
    live_runs: set[tuple[str, str]] = field(default_factory=set)
    pushed: dict[str, Any] = field(default_factory=dict)

    def xcom_push(self, key: str, value: Any) -> None:
        self.pushed[key] = json.loads(json.dumps(value))

    def xcom_pull(self, task_ids: str, key: str = "return_value") -> Any:
        return self.xcoms.get((task_ids, key))

    def get_task_states(self, **_: Any) -> dict[str, dict[str, str]]:
        return {} if self.state is None else {self.run_id: {self.task_id: self.state}}

    def get_dr_count(self, dag_id: str, run_ids: Sequence[str], states: Sequence[str]) -> int:
        assert set(states) == {"queued", "running"}
        return sum((dag_id, run_id) in self.live_runs for run_id in run_ids)

    @property
    def context(self) -> Any:
        """The task's context."""
        return {"ti": self, "dag_run": DagRun(self.run_id)}


@dataclass
class PlayedClock:
    """Time that passes only when somebody sleeps. `then` is called once that long after the start."""

    now: float = 0.0
    later: list[tuple[float, Callable[[], None]]] = field(default_factory=list)

    def time(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        due = [each for each in self.later if each[0] <= self.now]
        self.later = [each for each in self.later if each[0] > self.now]
        for _, then in due:
            then()

    def at(self, seconds: float, then: Callable[[], None]) -> None:
        """Call `then` when that many seconds have passed."""
        self.later.append((seconds, then))
