"""When a DAG will run by itself, by its own timetable."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from airflow.sdk import DAG
    from airflow.timetables.base import DagRunInfo, Timetable

_COUNTED = 1000


class Schedule(NamedTuple):
    """The timetable in words, the runs that are due when the DAG is first unpaused (at most 1,000 are
    counted, and none after them), and the times of the next ones."""

    summary: str
    description: str
    due: int
    upcoming: tuple[datetime, ...]


def schedule_of(dag: DAG, now: datetime, count: int = 3) -> Schedule:
    """The schedule of a DAG that has not run yet, seen from `now`."""
    from airflow.serialization.encoders import coerce_to_core_timetable

    timetable: Timetable = coerce_to_core_timetable(dag.timetable)
    due, upcoming = 0, list[datetime]()
    for run in islice(_runs(timetable, dag), _COUNTED):
        if run.run_after <= now:
            due += 1
            continue
        upcoming.append(run.run_after.astimezone(UTC))
        if len(upcoming) == count:
            break
    assets = sorted({asset.name for _, asset in timetable.asset_condition.iter_assets()})
    description = f"when {' or '.join(assets)} is updated" if assets else timetable.description
    return Schedule(str(timetable.summary), description, due, tuple(upcoming))


def _runs(timetable: Timetable, dag: DAG) -> Iterator[DagRunInfo]:
    from airflow._shared.timezones.timezone import coerce_datetime
    from airflow.timetables.base import TimeRestriction

    start = coerce_datetime(dag.start_date or dag.default_args.get("start_date"))
    restriction = TimeRestriction(start, coerce_datetime(dag.end_date), dag.catchup)
    last = None
    while last := timetable.next_dagrun_info_v2(last_dagrun_info=last, restriction=restriction):
        yield last
