"""The penguins of the DAG measured_penguins: each with the day it was measured on."""

from collections.abc import Sequence
from typing import Any

from local_stack.environments import PROJECT

MEASURED = "measured_penguins"
MODEL = "Measured Penguins"
# A run sees what was measured before its date: of these days the first, or the first two.
DATES = ("2026-01-02", "2026-01-03")
_DAYS = ("2026-01-01", "2026-01-02", "2026-01-04")


def measured_rows(days: Sequence[str] = _DAYS) -> list[str]:
    """The sample data, header line first, with a column MeasuredOn in which the days take turns."""
    header, *rows = (PROJECT / "data" / "penguins.csv").read_text().splitlines()
    dated = [f"{row},{days[index % len(days)]}" for index, row in enumerate(rows)]
    return [f"{header},MeasuredOn", *dated]


def conf_of(source_url: str, max_iter: Sequence[int], points_per_task: int = 4) -> dict[str, Any]:
    """A conf with that source and grid; what it leaves out is as in the plan."""
    return {
        "source_url": source_url,
        "LogisticRegression_maxIter": list(max_iter),
        "points_per_task": points_per_task,
    }
