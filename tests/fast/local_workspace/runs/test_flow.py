"""Which tasks of a run begin, which never will, and how the run ends."""

from typing import Any

import pytest

from local_workspace.runs.flow import ended_as, is_tried_again, next_steps, to_repair, whole_run
from local_workspace.runs.outcome import (
    CANCELED,
    EXCLUDED,
    SUCCEEDED,
    UPSTREAM_CANCELED,
    UPSTREAM_FAILED,
    WORKLOAD_FAILED,
    Outcome,
    timed_out,
)

Task = dict[str, Any]


def task(key: str, outcome: Outcome | None = None, *needs: str, **fields: Any) -> Task:
    """A task run that has ended so, or is BLOCKED."""
    spec = {"task_key": key, "depends_on": [{"task_key": each} for each in needs]}
    spec |= {
        name: fields.pop(name) for name in ("run_if", "max_retries", "retry_on_timeout") if name in fields
    }
    document = {
        "run_id": fields.pop("run_id", 1),
        "task": spec,
        "attempt_number": 0,
        "first_attempt": 0,
        "life_cycle_state": "BLOCKED",
        "outcome": outcome.to_json() if outcome else None,
    }
    return document | fields


S, F, C, X = SUCCEEDED, WORKLOAD_FAILED, CANCELED, EXCLUDED
BEGINS = None


@pytest.mark.parametrize(
    ("run_if", "upstream", "expected"),
    [
        ("ALL_SUCCESS", [S, S], BEGINS),
        ("ALL_SUCCESS", [S, F], UPSTREAM_FAILED),
        ("ALL_SUCCESS", [S, C], UPSTREAM_CANCELED),
        ("ALL_SUCCESS", [S, X], BEGINS),
        ("ALL_SUCCESS", [X, X], EXCLUDED),
        ("ALL_DONE", [F, F], BEGINS),
        ("ALL_DONE", [X, X], EXCLUDED),
        ("NONE_FAILED", [S, X], BEGINS),
        ("NONE_FAILED", [S, UPSTREAM_FAILED], UPSTREAM_FAILED),
        ("AT_LEAST_ONE_SUCCESS", [S, F], BEGINS),
        ("AT_LEAST_ONE_SUCCESS", [F, F], UPSTREAM_FAILED),
        ("AT_LEAST_ONE_FAILED", [S, F], BEGINS),
        ("AT_LEAST_ONE_FAILED", [S, S], EXCLUDED),
        ("ALL_FAILED", [F, F], BEGINS),
        ("ALL_FAILED", [S, F], EXCLUDED),
    ],
)
def test_run_if_decides_once_all_upstream_tasks_have_ended(
    run_if: str, upstream: list[Outcome], expected: Outcome | None
) -> None:
    keys = [f"up{number}" for number in range(len(upstream))]
    ended = [task(key, outcome) for key, outcome in zip(keys, upstream, strict=True)]
    waiting = task("down", None, *keys, run_if=run_if, run_id=9)
    (step,) = next_steps([*ended, waiting])
    assert (step.task_run_id, step.outcome) == (9, expected)
    active = task(keys[0], None, life_cycle_state="RUNNING")
    assert next_steps([active, *ended[1:], waiting]) == []


@pytest.mark.parametrize(("branch", "expected"), [("true", BEGINS), ("false", EXCLUDED)])
def test_a_branch_of_a_condition_begins_or_is_excluded(branch: str, expected: Outcome | None) -> None:
    decided = task("if", SUCCEEDED, condition_outcome="true")
    waiting = task("then", None, "if")
    waiting["task"]["depends_on"][0]["outcome"] = branch
    (step,) = next_steps([decided, waiting])
    assert step.outcome == expected


def test_the_last_attempt_counts() -> None:
    tasks = [task("up", WORKLOAD_FAILED), task("down", None, "up"), task("up", SUCCEEDED, attempt_number=1)]
    (step,) = next_steps(tasks)
    assert step.outcome is None


@pytest.mark.parametrize(
    ("tasks", "result", "message"),
    [
        ([task("a", S), task("b", S, "a")], "SUCCESS", ""),
        ([task("a", F), task("b", S, "a")], "SUCCESS_WITH_FAILURES", "Some tasks failed."),
        ([task("if", S), task("b", X, "if")], "SUCCESS", ""),
        (
            [task("a", F), task("b", UPSTREAM_FAILED, "a")],
            "FAILED",
            "Task a failed with message: Workload failed, see run output for details. "
            "This caused all downstream tasks to get skipped.",
        ),
        ([task("a", C), task("b", UPSTREAM_CANCELED, "a")], "CANCELED", "Run cancelled."),
    ],
)
def test_a_run_ends_as_its_leaves_do(tasks: list[Task], result: str, message: str) -> None:
    outcome = whole_run(tasks, is_single_task=False)
    assert (outcome.result_state, outcome.message) == (result, message)


@pytest.mark.parametrize(
    ("tasks", "expected"),
    [([task("a", F), task("b", C, "a")], C), ([task("a", F)], None), ([task("a", S)], None)],
)
def test_a_cancelled_run_is_cancelled_whatever_failed_before(
    tasks: list[Task], expected: Outcome | None
) -> None:
    assert ended_as({"ending": C.to_json()}, tasks) == expected
    assert ended_as({"ending": None}, tasks) is None


@pytest.mark.parametrize(
    ("fields", "outcome", "expected"),
    [
        ({}, F, False),
        ({"max_retries": 1}, F, True),
        ({"max_retries": 1, "attempt_number": 1}, F, False),
        ({"max_retries": 1, "attempt_number": 3, "first_attempt": 3}, F, True),
        ({"max_retries": -1, "attempt_number": 99}, F, True),
        ({"max_retries": 1}, C, False),
        ({"max_retries": 1}, S, False),
        ({"max_retries": 1}, timed_out(5), False),
        ({"max_retries": 1, "retry_on_timeout": True}, timed_out(5), True),
    ],
)
def test_a_failed_task_is_tried_again_as_often_as_it_may(
    fields: dict[str, Any], outcome: Outcome, expected: bool
) -> None:
    assert is_tried_again(task("a", None, **fields), outcome) is expected


def test_a_repair_takes_what_failed_and_what_is_below_it() -> None:
    tasks = [task("a", S), task("b", F, "a"), task("c", UPSTREAM_FAILED, "b"), task("d", S, "a")]

    def keys(names: list[str], *, failed: bool = False, dependent: bool = False) -> list[str]:
        chosen = to_repair(tasks, names, all_failed=failed, dependent=dependent)
        return [each["task"]["task_key"] for each in chosen]

    assert keys([], failed=True) == ["b", "c"]
    assert keys(["b"]) == ["b"]
    assert keys(["b"], dependent=True) == ["b", "c"]
    assert keys(["a"], dependent=True) == ["a", "b", "c", "d"]
