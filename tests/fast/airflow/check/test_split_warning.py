"""Rows that have a time, dealt out at random: the check says what that means."""

from datetime import UTC, datetime
from typing import Any

import pytest

from rookery import TrainingPlan, training_dag
from rookery.check.report import rendered
from rookery.check.training_report import training_of
from tests.plans import PENGUINS

TIME_SPLIT = {"kind": "time", "column": "Seen", "validation_days": 7, "test_days": 7}


@pytest.mark.parametrize(
    ("changes", "warned"),
    [
        ({"as_of_column": "Seen"}, True),
        ({"as_of_column": "Seen", "source": {"kind": "table", "name": "birds.penguins"}}, True),
        ({"as_of_column": "Seen", "split": TIME_SPLIT}, False),
        ({}, False),
    ],
)
def test_a_random_split_of_rows_with_a_time_is_warned_of(changes: dict[str, Any], warned: bool) -> None:
    plan = TrainingPlan.model_validate({**PENGUINS, **changes})
    training = training_of(training_dag(plan, dag_id="penguins"))
    assert training is not None
    shown = rendered(training.sections("me@example.com", datetime(2026, 1, 5, tzinfo=UTC)))
    assert ("warning: rows have a time, Seen, but the split is random" in " ".join(shown.split())) == warned
