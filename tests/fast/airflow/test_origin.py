"""Which rows a DAG run may see, and how often it was processed, from what Airflow says of the run."""

from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest

from rookery import TrainingPlan
from rookery.operators.snapshot import snapshot_spec
from rookery.origin import origin_of
from rookery_jobs.contract import Origin
from tests.fast.airflow.snapshots import SOURCE
from tests.fast.airflow.tasks import DagRun
from tests.plans import PLAN

MONDAY = datetime(2026, 1, 5, tzinfo=UTC)
DATED = TrainingPlan.model_validate({**PLAN.model_dump(), "as_of_column": "SeenOn"})


def origin(plan: TrainingPlan = DATED, **facts: Any) -> Origin:
    run: Any = DagRun(**facts)
    return origin_of(run, plan)


def test_a_run_sees_the_rows_before_the_end_of_its_interval() -> None:
    assert origin(data_interval_end=MONDAY).as_of == "2026-01-05T00:00:00+00:00"


def test_the_end_is_told_in_utc_whatever_the_schedules_zone() -> None:
    tokyo = datetime(2026, 1, 5, 9, tzinfo=timezone(timedelta(hours=9)))
    assert origin(data_interval_end=tokyo).as_of == "2026-01-05T00:00:00+00:00"


@pytest.mark.parametrize(
    ("plan", "end"), [(DATED, None), (PLAN, MONDAY)], ids=["no interval", "no as_of_column"]
)
def test_a_run_without_an_interval_and_a_plan_without_the_column_see_all_rows(
    plan: TrainingPlan, end: datetime | None
) -> None:
    assert origin(plan, data_interval_end=end).as_of is None


@pytest.mark.parametrize(("clears", "generation"), [(0, 1), (1, 2), (None, 1)])
def test_every_clear_is_another_generation(clears: int | None, generation: int) -> None:
    assert origin(clear_number=clears).generation == generation


def test_a_snapshot_is_another_one_for_another_end_but_not_for_another_generation() -> None:
    first = snapshot_spec(DATED, SOURCE, origin(data_interval_end=MONDAY))
    again = snapshot_spec(DATED, SOURCE, origin(data_interval_end=MONDAY, clear_number=3))
    later = snapshot_spec(DATED, SOURCE, origin(data_interval_end=MONDAY + timedelta(days=7)))
    assert (first.as_of_column, first.as_of) == ("SeenOn", "2026-01-05T00:00:00+00:00")
    assert again == first
    assert later.digest != first.digest
