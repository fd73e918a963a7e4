"""The true state of a run, told by its last task."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from airflow.sdk import BaseOperator

from rookery.exceptions import RunFailedError
from rookery.operators.bases.databricks import DatabricksOperator
from rookery.operators.bases.own_state import SKIPPED_BECAUSE, left_by
from rookery.redaction import redacted
from rookery.workspace.sweeps import parent

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


class TrainingVerdictOperator(VerdictOperator, DatabricksOperator):
    """The verdict on a run that trains. Before it, the sweep's MLflow run is ended if nothing else has: as
    FAILED if a task has failed, else as KILLED, since the run was stopped. It does not change the verdict if
    that cannot be done; then the DAG's next sweep does it. `resolving` and `experimenting` are the tasks that
    leave the run's owner tag and its experiment's id: an argument from them would make them its setups.
    """

    repeated_seconds: ClassVar[int] = 15

    def __init__(self, *, resolving: str, experimenting: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.resolving = resolving
        self.experimenting = experimenting

    def execute(self, context: Context) -> None:
        self._end_sweep(context["ti"])
        super().execute(context)

    def _end_sweep(self, instance: RuntimeTaskInstanceProtocol) -> None:
        experiment_id, owner = (
            left_by(instance, self.experimenting),
            left_by(instance, self.resolving, "owner"),
        )
        if experiment_id is None or owner is None:
            return
        try:
            states = instance.get_task_states(dag_id=instance.dag_id, run_ids=[instance.run_id])
            has_failed = set(_FAILED) & set(states[instance.run_id].values())
            status = "FAILED" if has_failed else "KILLED"
            parent.end_running(self.workspace, experiment_id, status, lambda tag: tag == owner)
        except Exception as error:
            self.log.warning("The sweep's MLflow run could not be ended: %s", redacted(str(error)))


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
