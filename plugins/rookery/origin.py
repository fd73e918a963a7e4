"""What of a DAG run ends in tags: which run, which dates it may see, how often it was processed."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from rookery_jobs.contract import Origin

if TYPE_CHECKING:
    from airflow.sdk.types import DagRunProtocol

    from rookery.plan.training import TrainingPlan


def origin_of(run: DagRunProtocol, plan: TrainingPlan) -> Origin:
    """Where the results of this DAG run come from."""
    return Origin(
        run.dag_id,
        run.run_id,
        as_of(run, plan),
        generation(run),
        data_interval_start=_utc(run.data_interval_start),
        data_interval_end=_utc(run.data_interval_end),
    )


def generation(run: DagRunProtocol) -> int:
    """Which processing of the run this is: 1 for the first, and each clear raises it.

    Airflow counts the clears of a run, of single tasks too, and a backfill that processes a run again clears
    it.
    """
    return (run.clear_number or 0) + 1


def as_of(run: DagRunProtocol, plan: TrainingPlan) -> str | None:
    """The end of the run's data interval in UTC, before which rows are seen (`2026-01-05T00:00:00+00:00`).

    None, which means all rows, without an `as_of_column` in the plan and for a run without an interval: by
    REST or by an asset it may have none.
    """
    return None if plan.as_of_column is None else _utc(run.data_interval_end)


def _utc(instant: datetime | None) -> str | None:
    return None if instant is None else instant.astimezone(UTC).isoformat()
