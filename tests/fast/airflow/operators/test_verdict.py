"""The last task tells the run's true state."""

from typing import Any

import pytest

from rookery.exceptions import RunFailedError
from rookery.operators.verdict import VerdictOperator, raise_if_failed
from tests.fast.airflow.tasks import TaskInstance, context_of

GOALS = {"register_model": "resolve_plan", "query_endpoint": "create_endpoint"}
REGISTERED = {("register_model", "return_value"): {"version": "3"}}
ANSWERED = {("query_endpoint", "return_value"): {"predictions": [1.0]}}
NOT_TO_DEPLOY = {("create_endpoint", "skipped_because"): "this run does not deploy"}


def judge(*left: dict[tuple[str, str], Any]) -> None:
    """The verdict on a run of which no task has failed, by what its tasks have left."""
    instance = TaskInstance("verdict")
    for each in left:
        instance.left |= each
    VerdictOperator(task_id="verdict", goals=GOALS).execute(context_of(instance))


@pytest.mark.parametrize("state", ["success", "skipped", "running", "removed", None])
def test_a_run_without_a_failed_task_passes(state: str | None) -> None:
    raise_if_failed({"create_cluster": "success", "create_endpoint": state})


def test_failed_tasks_are_named_and_not_those_that_only_followed() -> None:
    states = {"train_0": "success", "train_1": "failed", "register_model": "upstream_failed"}
    with pytest.raises(RunFailedError, match=r"these tasks are failed: train_1$"):
        raise_if_failed(states)


def test_a_task_that_could_not_start_is_a_failure_too() -> None:
    with pytest.raises(RunFailedError, match="these tasks are upstream_failed: register_model"):
        raise_if_failed({"train": "skipped", "register_model": "upstream_failed"})


def test_a_run_that_left_what_it_is_there_for_passes() -> None:
    judge(REGISTERED, ANSWERED)


def test_a_run_that_was_not_to_deploy_passes() -> None:
    judge(REGISTERED, NOT_TO_DEPLOY)


def test_a_run_that_was_marked_before_it_registered_is_no_success_whatever_the_mark() -> None:
    with pytest.raises(
        RunFailedError, match="register_model, query_endpoint left no result; clear the tasks"
    ):
        judge()


def test_a_deployment_that_was_skipped_by_a_mark_and_not_by_itself_is_no_success() -> None:
    with pytest.raises(RunFailedError, match="query_endpoint left no result"):
        judge(REGISTERED)
