"""The order of a run's tasks: which can begin, which never will, which are tried again, and how the run ends.

Every function here works on documents of task runs as the store keeps them, and changes nothing.
https://learn.microsoft.com/azure/databricks/jobs/run-if
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from local_workspace.runs.outcome import (
    EXCLUDED,
    SUCCEEDED,
    SUCCEEDED_WITH_FAILURES,
    UPSTREAM_CANCELED,
    UPSTREAM_FAILED,
    Outcome,
)
from local_workspace.store import Document

_NOT_BEGUN = "MAXIMUM_CONCURRENT_RUNS_REACHED"
_FAILED = frozenset({"FAILED", "TIMEDOUT", "CANCELED", "UPSTREAM_FAILED", "UPSTREAM_CANCELED", _NOT_BEGUN})
_SKIPPED = frozenset({"UPSTREAM_FAILED", "UPSTREAM_CANCELED"})


@dataclass(frozen=True)
class Step:
    """A task run that can begin; or one that ends now, with this outcome, and never begins."""

    task_run_id: int
    outcome: Outcome | None = None


def latest(tasks: Sequence[Document]) -> dict[str, Document]:
    """The last attempt at each task, by its key."""
    return {task["task"]["task_key"]: task for task in tasks}


def next_steps(tasks: Sequence[Document]) -> list[Step]:
    """What can be done now with the tasks that wait for others."""
    last = latest(tasks)
    waiting = [task for task in last.values() if task["outcome"] is None]
    return [
        Step(task["run_id"], _verdict(task["task"], last))
        for task in waiting
        if task["life_cycle_state"] == "BLOCKED"
        and all(last[each["task_key"]]["outcome"] for each in _dependencies(task))
    ]


def _dependencies(task: Document) -> list[dict[str, Any]]:
    return task["task"].get("depends_on") or []


def _verdict(spec: dict[str, Any], last: dict[str, Document]) -> Outcome | None:
    """None if the task may begin. What is excluded counts as a success, unless all are excluded."""
    depends_on = spec.get("depends_on") or []
    if not depends_on:
        return None
    results = [_result(each, last[each["task_key"]]) for each in depends_on]
    if all(result == "EXCLUDED" for result in results):
        return EXCLUDED
    failed = [result for result in results if result in _FAILED]
    run_if = spec.get("run_if", "ALL_SUCCESS")
    if _holds(run_if, len(failed), len(results)):
        # A branch that the condition has not taken.
        not_taken = any(_is_other_branch(each, last[each["task_key"]]) for each in depends_on)
        return EXCLUDED if not_taken and run_if == "ALL_SUCCESS" else None
    if run_if in ("AT_LEAST_ONE_FAILED", "ALL_FAILED"):
        return EXCLUDED
    is_canceled = all(result in ("CANCELED", "UPSTREAM_CANCELED") for result in failed)
    return UPSTREAM_CANCELED if is_canceled else UPSTREAM_FAILED


def _holds(run_if: str, failed: int, total: int) -> bool:
    return {
        "ALL_SUCCESS": failed == 0,
        "NONE_FAILED": failed == 0,
        "AT_LEAST_ONE_SUCCESS": failed < total,
        "ALL_DONE": True,
        "AT_LEAST_ONE_FAILED": failed > 0,
        "ALL_FAILED": failed == total,
    }[run_if]


def _result(dependency: dict[str, Any], task: Document) -> str:
    if _is_other_branch(dependency, task):
        return "EXCLUDED"
    return str(task["outcome"]["result_state"])


def _is_other_branch(dependency: dict[str, Any], task: Document) -> bool:
    wanted = dependency.get("outcome")
    return wanted is not None and task.get("condition_outcome") not in (None, wanted)


def is_tried_again(task: Document, outcome: Outcome) -> bool:
    """Whether a task run that ends so is followed by another attempt."""
    spec = task["task"]
    most, made = spec.get("max_retries", 0), task["attempt_number"] - task["first_attempt"]
    if most != -1 and made >= most:
        return False
    if outcome.result_state == "TIMEDOUT":
        return bool(spec.get("retry_on_timeout"))
    return outcome.result_state == "FAILED"


def to_repair(
    tasks: Sequence[Document], keys: Sequence[str], *, all_failed: bool, dependent: bool
) -> list[Document]:
    """The last attempts of the tasks that are run again: those named, those that failed, those below them."""
    last = latest(tasks)
    chosen = set(keys)
    if all_failed:
        chosen |= {key for key, task in last.items() if task["outcome"]["result_state"] in _FAILED}
    grown = True
    while dependent and grown:
        below = {
            key
            for key, task in last.items()
            if key not in chosen and any(each["task_key"] in chosen for each in _dependencies(task))
        }
        chosen |= below
        grown = bool(below)
    return [task for key, task in last.items() if key in chosen]


def ended_as(run: Document, tasks: Sequence[Document]) -> Outcome | None:
    """What ended a run as a whole (it was cancelled, or took too long), if a task of it ended by that."""
    if not run.get("ending"):
        return None
    ending = Outcome(**run["ending"])
    results = [task["outcome"]["result_state"] for task in latest(tasks).values()]
    return ending if ending.result_state in results else None


def whole_run(tasks: Sequence[Document], *, is_single_task: bool) -> Outcome:
    """The outcome of a run from those of its tasks: its leaves decide.

    A run in the older single-task form has its task's outcome; in the other form Databricks reports a failed
    task as INTERNAL_ERROR of the run, with the task's message.
    """
    last = latest(tasks)
    outcomes = {key: Outcome(**task["outcome"]) for key, task in last.items()}
    failed = {key: outcome for key, outcome in outcomes.items() if outcome.result_state in _FAILED}
    if is_single_task:
        return next(iter(outcomes.values()))
    if not failed:
        return SUCCEEDED
    needed = {each["task_key"] for task in last.values() for each in _dependencies(task)}
    if not any(key in failed for key in outcomes if key not in needed):
        return SUCCEEDED_WITH_FAILURES
    causes = {key: each for key, each in failed.items() if each.result_state not in _SKIPPED}
    key, cause = next(iter(causes.items()), next(iter(failed.items())))
    if cause.result_state != "FAILED":
        return cause
    text = f"Task {key} failed with message: {cause.message.removesuffix('.')}."
    if len(causes) < len(failed):
        text += " This caused all downstream tasks to get skipped."
    return replace(cause, life_cycle_state="INTERNAL_ERROR", message=text)
