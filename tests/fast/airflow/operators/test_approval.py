"""A person is asked before a version is deployed, if the plan says so and there is something to deploy."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from rookery.operators.approval import ApproveOperator
from rookery_jobs.contract import Decision
from tests.fast.airflow.operators.test_endpoint import json_of, task
from tests.fast.airflow.tasks import TaskInstance, context_of

LOST = json.loads(Decision(False, "1", "its label was Sex, and is Species now").to_json())


def approve(decision: dict[str, Any] | None = None, **plan: Any) -> TaskInstance:
    """Execute the task of a run with this plan, about whose version this was decided."""
    instance = task("approve")
    instance.left |= {("resolve_plan", "plan"): json_of(**plan), ("register_model", "decision"): decision}
    ApproveOperator(task_id="approve").execute(context_of(instance))
    return instance


def answered(option: str, by: str | None) -> TaskInstance:
    """Go on with the answer that Airflow hands over; without a person it is that of the time-out."""
    instance = task("approve")
    event = {
        "chosen_options": [option],
        "params_input": {},
        "responded_at": datetime(2026, 1, 5, tzinfo=UTC),
        "responded_by_user": {"id": by, "name": by} if by else None,
    }
    ApproveOperator(task_id="approve").execute_complete(context_of(instance), event)
    return instance


@pytest.mark.parametrize(
    ("decision", "plan"),
    [
        pytest.param(None, {"approval": "none"}, id="the plan requires none"),
        pytest.param(None, {"approval": "required", "deploy": False}, id="the run does not deploy"),
        pytest.param(LOST, {"approval": "required"}, id="the version has lost"),
    ],
)
def test_nobody_is_asked_where_there_is_nothing_to_say(
    decision: dict[str, Any] | None, plan: dict[str, Any]
) -> None:
    # To ask, the task would have to tell Airflow, which is not there.
    assert approve(decision, **plan).pushed == {}


def test_a_yes_leaves_nothing_to_those_that_follow() -> None:
    assert "skipped_because" not in answered("Approve", "Ada").pushed


@pytest.mark.parametrize(
    ("by", "why"),
    [("Ada", "not deployed: refused by Ada"), (None, "not deployed: nobody has approved it")],
)
def test_a_no_leaves_who_has_said_it(by: str | None, why: str) -> None:
    assert answered("Reject", by).pushed["skipped_because"] == why
