"""The true state of a run, told by its last task."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseOperator

from rookery.exceptions import RunFailedError

if TYPE_CHECKING:
    from airflow.sdk import Context

_FAILED = ("failed", "upstream_failed")


class VerdictOperator(BaseOperator):
    """Fail if any other task of the run has failed, or if the run was stopped short of a goal.

    Teardowns would else turn a failed run into a success: as the last teardown, with
    `on_failure_fail_dagrun`, this task is the one that decides the run's state. `goals` are tasks that must
    not be skipped, each with the task after whose success that holds.
    """

    def __init__(self, *, goals: Mapping[str, str], **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.goals = goals

    def execute(self, context: Context) -> None:
        instance = context["ti"]
        states = instance.get_task_states(dag_id=instance.dag_id, run_ids=[instance.run_id])
        raise_if_failed(states[instance.run_id], self.goals)


def raise_if_failed(states: Mapping[str, str | None], goals: Mapping[str, str]) -> None:
    """Raise RunFailedError with the tasks that failed, or, if none did, with those that could not start, or
    else with the goals that were skipped."""
    for state in _FAILED:
        tasks = [task for task, seen in states.items() if seen == state]
        if tasks:
            raise RunFailedError(f"the run failed, since these tasks are {state}: {', '.join(tasks)}")
    # Who marks a run while nothing of it runs skips all that was still to come, whatever the mark (Airflow
    # 3.3: `_set_dag_run_terminal_state`).
    missed = [goal for goal, after in goals.items() if _was_missed(states.get(goal), states.get(after))]
    if missed:
        raise RunFailedError(
            "the run did not come to its end, since it was marked in Airflow while tasks waited: "
            f"{', '.join(missed)} was skipped; clear the skipped tasks to go on"
        )


def _was_missed(goal: str | None, after: str | None) -> bool:
    return goal == "skipped" and after == "success"
