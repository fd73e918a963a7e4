"""The last task tells the run's true state."""

import pytest

from rookery.exceptions import RunFailedError
from rookery.operators.verdict import raise_if_failed

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
