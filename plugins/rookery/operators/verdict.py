"""The true state of a run, told by its last task."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseOperator

from rookery.exceptions import RunFailedError
from rookery.operators.bases.own_state import SKIPPED_BECAUSE, left_by

if TYPE_CHECKING:
    from airflow.sdk import Context
    from airflow.sdk.types import RuntimeTaskInstanceProtocol

_FAILED = ("failed", "upstream_failed")


class VerdictOperator(BaseOperator):
    """Fail if any other task of the run has failed, or if the run was stopped short of a goal.

    Teardowns would else turn a failed run into a success: as the last teardown, with
    `on_failure_fail_dagrun`, this task is the one that decides the run's state. `goals` are tasks that must
    leave what they are there for, each with the task that may spare the run of it by skipping itself. States
    do not tell that: a mark skips tasks and calls them successes too.
    """

    def __init__(self, *, goals: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.goals = goals

    def execute(self, context: Context) -> None:
        instance = context["ti"]
        states = instance.get_task_states(dag_id=instance.dag_id, run_ids=[instance.run_id])
        raise_if_failed(states[instance.run_id])
        missed = [goal for goal, sparing in self.goals.items() if _is_missed(instance, goal, sparing)]
        raise_if_missed(missed)


def raise_if_failed(states: Mapping[str, str | None]) -> None:
    """Raise RunFailedError with the tasks that failed, or, if none did, with those that could not start."""
    for state in _FAILED:
        tasks = [task for task, seen in states.items() if seen == state]
        if tasks:
            raise RunFailedError(f"the run failed, since these tasks are {state}: {', '.join(tasks)}")


def raise_if_missed(goals: Collection[str]) -> None:
    """Raise RunFailedError with goals that were not reached."""
    # Who marks a run ends what runs and skips what was still to come (Airflow 3.3:
    # `_set_dag_run_terminal_state`), whatever the mark.
    if goals:
        raise RunFailedError(
            "the run did not come to its end, since it, or tasks of it, were marked in Airflow: "
            f"{', '.join(goals)} left no result; clear the tasks that were marked or skipped to go on"
        )


def _is_missed(instance: RuntimeTaskInstanceProtocol, goal: str, sparing: str) -> bool:
    return left_by(instance, goal) is None and left_by(instance, sparing, SKIPPED_BECAUSE) is None
