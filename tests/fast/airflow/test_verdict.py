"""The last task tells the run's true state, and retries only what can pass."""

import pytest
from airflow.sdk.definitions.retry_policy import RetryAction
from airflow.sdk.exceptions import AirflowTaskTimeout
from databricks.sdk.errors import (
    BadRequest,
    InternalError,
    InvalidParameterValue,
    InvalidState,
    NotFound,
    PermissionDenied,
    ResourceAlreadyExists,
    TooManyRequests,
)

from rookery.exceptions import ClusterError, PlanError, RunFailedError, TaskStopped
from rookery.operators.verdict import raise_if_failed
from rookery.retries import RetryWhatCanPass

GOALS = {"register_model": "resolve_plan", "query_endpoint": "create_endpoint"}


@pytest.mark.parametrize("state", ["success", "skipped", "running", "removed", None])
def test_a_run_without_a_failed_task_passes(state: str | None) -> None:
    raise_if_failed({"create_cluster": "success", "create_endpoint": state}, GOALS)


def test_failed_tasks_are_named_and_not_those_that_only_followed() -> None:
    states = {"train_0": "success", "train_1": "failed", "register_model": "upstream_failed"}
    with pytest.raises(RunFailedError, match=r"these tasks are failed: train_1$"):
        raise_if_failed(states, GOALS)


def test_a_task_that_could_not_start_is_a_failure_too() -> None:
    with pytest.raises(RunFailedError, match="these tasks are upstream_failed: register_model"):
        raise_if_failed({"train": "skipped", "register_model": "upstream_failed"}, GOALS)


def test_a_run_that_was_marked_while_its_shards_waited_is_no_success() -> None:
    states = {"resolve_plan": "success", "train": "skipped", "register_model": "skipped"}
    with pytest.raises(RunFailedError, match="register_model was skipped; clear the skipped tasks"):
        raise_if_failed(states, GOALS)


def test_an_endpoint_that_was_asked_for_has_to_answer_and_one_that_was_not_has_not() -> None:
    registered = {"resolve_plan": "success", "register_model": "success", "query_endpoint": "skipped"}
    raise_if_failed({**registered, "create_endpoint": "skipped"}, GOALS)
    with pytest.raises(RunFailedError, match="query_endpoint was skipped"):
        raise_if_failed({**registered, "create_endpoint": "success"}, GOALS)


@pytest.mark.parametrize(
    ("error", "action"),
    [
        (PlanError("no"), RetryAction.FAIL),
        (ClusterError("quota"), RetryAction.FAIL),
        (ClusterError("cloud fault", retriable=True), RetryAction.DEFAULT),
        (InvalidParameterValue("bad"), RetryAction.FAIL),
        (PermissionDenied("no"), RetryAction.FAIL),
        (BadRequest("locked", error_code="COULD_NOT_ACQUIRE_LOCK"), RetryAction.DEFAULT),
        (NotFound("not seen yet"), RetryAction.DEFAULT),
        (ResourceAlreadyExists("made by the try whose answer was lost"), RetryAction.DEFAULT),
        (TooManyRequests("slowly"), RetryAction.DEFAULT),
        (InternalError("oops"), RetryAction.DEFAULT),
        (ConnectionError("reset"), RetryAction.DEFAULT),
        (InvalidState("the cluster is just terminating"), RetryAction.DEFAULT),
        (TaskStopped("its worker had to end"), RetryAction.DEFAULT),
        (AirflowTaskTimeout("it took too long"), RetryAction.DEFAULT),
    ],
)
def test_only_what_can_pass_is_tried_again(error: BaseException, action: RetryAction) -> None:
    assert RetryWhatCanPass().evaluate(error, try_number=1, max_tries=2).action == action
