"""A running task as its operator sees it: what operators use of Airflow, without Airflow."""

import json
from datetime import UTC, datetime
from typing import Any, NamedTuple


class TaskInstance:
    """What operators use of a running task instance."""

    def __init__(self, task_id: str, try_number: int = 1, max_tries: int = 0, map_index: int = -1) -> None:
        self.dag_id = "penguins"
        self.run_id = "manual__1"
        self.task_id = task_id
        self.try_number = try_number
        self.max_tries = max_tries
        self.map_index = map_index
        self.pushed: dict[str, Any] = {}

    def xcom_push(self, key: str, value: Any) -> None:
        # As Airflow does: what is not JSON cannot be pushed.
        self.pushed[key] = json.loads(json.dumps(value))


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
    return {"ti": instance, "dag_run": DagRun(conf=conf)}
