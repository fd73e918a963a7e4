"""The last line of a failed task's log is the reason, in plain words, whatever the task raised."""

from collections.abc import Iterator, MutableMapping
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from airflow.sdk import BaseOperator
from airflow.sdk.exceptions import AirflowTaskTimeout
from airflow.sdk.listener import get_listener_manager
from databricks.sdk.errors import PermissionDenied
from structlog.testing import capture_logs

from rookery import PlanError
from rookery.exceptions import ClusterError, JobRunError, TaskStopped
from rookery.failures import reason
from rookery.operators.bases.job_run import JobRunOperator
from rookery.operators.verdict import VerdictOperator


def train() -> JobRunOperator:
    return JobRunOperator(
        task_id="train",
        existing_cluster_id="c1",
        code_folder="/Workspace/code",
        entry="train",
        execution_timeout=timedelta(minutes=80),
    )


class TheirOperator(BaseOperator):
    """An operator that is not Rookery's."""


class OwnOperator(JobRunOperator):
    """What somebody has made of one of Rookery's."""


Lines = list[MutableMapping[str, Any]]


@pytest.fixture
def lines() -> Iterator[Lines]:
    """What is logged, in order."""
    with capture_logs() as captured:
        yield captured


def fail(task: Any, error: object) -> None:
    """What Airflow's task runner does when a task has failed, after the callbacks."""
    get_listener_manager().hook.on_task_instance_failed(
        previous_state="running", task_instance=SimpleNamespace(task=task), error=error
    )


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (
            JobRunError("job run 12 ended FAILED: ValueError: no\n\nTraceback\n  line 1\nsee http://w/12"),
            "job run 12 ended FAILED: ValueError: no",
        ),
        (PlanError("the conf has 2 mistakes:\n  - a: b\n  - c: d"), "the conf has 2 mistakes: a: b; c: d"),
        (ClusterError("cluster c1 did not start"), "cluster c1 did not start"),
        (TaskStopped("the task was stopped from outside"), "the task was stopped from outside"),
        (AirflowTaskTimeout("Timeout, PID: 5"), "the task took longer than its execution_timeout, 1:20:00"),
        (PermissionDenied("you may not"), "Databricks answered PermissionDenied: you may not"),
        (TimeoutError("not done after 60 s"), "TimeoutError: not done after 60 s"),
        (KeyError("plan"), "KeyError: 'plan'"),
        (SystemExit(), "SystemExit:"),
    ],
)
def test_the_reason_is_one_line_in_words(error: BaseException, said: str) -> None:
    assert reason(error, train()) == said


def test_the_reason_has_an_end() -> None:
    assert len(reason(ValueError("many words " * 1000), train())) <= 1000


@pytest.mark.parametrize("task", [train(), VerdictOperator(task_id="verdict", goals={})])
def test_airflow_logs_the_reason_last_and_outside_of_folded_lines(task: BaseOperator, lines: Lines) -> None:
    fail(task, ClusterError("cluster c1 did not start"))
    assert [(line["log_level"], line["event"]) for line in lines] == [
        ("info", "::endgroup::"),
        ("error", "cluster c1 did not start"),
    ]


def test_an_operator_made_of_rookerys_tells_its_reason_too(lines: Lines) -> None:
    fail(OwnOperator(task_id="t", existing_cluster_id="c", code_folder="f", entry="e"), ValueError("no"))
    assert lines[-1]["event"] == "ValueError: no"


@pytest.mark.parametrize(
    ("task", "error"), [(TheirOperator(task_id="t"), ValueError("no")), (train(), None), (None, "marked")]
)
def test_what_is_not_rookerys_failure_is_left_to_airflow(task: Any, error: object, lines: Lines) -> None:
    fail(task, error)
    assert lines == []
