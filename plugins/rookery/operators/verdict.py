"""The true state of a run, told by its last task."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from airflow.sdk import BaseOperator

from rookery.exceptions import RunFailedError

if TYPE_CHECKING:
    from airflow.sdk import Context

_FAILED = ("failed", "upstream_failed")


class VerdictOperator(BaseOperator):
    """Fail if any other task of the run has failed.

    Teardowns would else turn a failed run into a success: as the last teardown, with
    `on_failure_fail_dagrun`, this task is the one that decides the run's state.
    """

    def execute(self, context: Context) -> None:
        instance = context["ti"]
        states = instance.get_task_states(dag_id=instance.dag_id, run_ids=[instance.run_id])
        raise_if_failed(states[instance.run_id])


def raise_if_failed(states: Mapping[str, str | None]) -> None:
    """Raise RunFailedError with the tasks that failed, or, if none did, with those that could not start."""
    for state in _FAILED:
        tasks = [task for task, seen in states.items() if seen == state]
        if tasks:
            raise RunFailedError(f"the run failed, since these tasks are {state}: {', '.join(tasks)}")
