"""Which of a sweep's points are its own, and which were found again, by their MLflow runs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rookery.workspace.points import by_point, status_of, tag_of
from rookery_jobs.contract import MLFLOW_PARENT, Point, SweepSpec
from rookery_jobs.grid import in_words

if TYPE_CHECKING:
    from databricks.sdk.service.ml import Run

# MLflow before 3 and Databricks take 5,000 bytes in a tag.
_LONGEST_NOTE = 4_500


@dataclass(frozen=True)
class Tally:
    """`found` are the points that other sweeps have finished, each with its MLflow run, which keeps its
    parent; `missing` is how many are not finished."""

    points: int
    missing: int
    found: tuple[tuple[Point, str], ...]

    @classmethod
    def of(cls, sweep: SweepSpec, runs: Sequence[Run]) -> Tally:
        """By all MLflow runs that the points may have."""
        finished = [(point, run) for point, run in by_point(sweep, runs) if status_of(run) == "FINISHED"]
        own = {point.point_id for point, run in finished if tag_of(run, MLFLOW_PARENT) == sweep.parent_run_id}
        found = {point.point_id: (point, run) for point, run in finished if point.point_id not in own}
        return cls(
            len(sweep.points),
            len(sweep.points) - len(own) - len(found),
            tuple((point, str(run.info and run.info.run_id)) for point, run in found.values()),
        )

    @property
    def metrics(self) -> dict[str, int]:
        """What MLflow's table of runs can be sorted by."""
        return {"points": self.points, "points_found_again": len(self.found)}

    def note(self, sweep: SweepSpec) -> str:
        """What the sweep is, in a sentence, and a list of the points that were found again, as far as a tag
        takes it."""
        origin = sweep.origin
        note = (
            f"Sweep of {self.points} points ({in_words(sweep.points)}) by the DAG {origin.dag_id}, run "
            f"{origin.dag_run_id}; {len(self.found) or 'none'} of them found again."
        )
        if not self.found:
            return note
        lines = [f"- {in_words([point])}: run {run_id}" for point, run_id in self.found]
        return _shortened([note, "", "Found again, and left where they are:", "", *lines])


def _shortened(lines: Sequence[str]) -> str:
    """As many of the lines as a tag takes, and how many more there are."""
    kept, size = 0, 0
    for line in lines:
        size += len(line.encode()) + 1
        if size > _LONGEST_NOTE:
            break
        kept += 1
    more = [f"- and {len(lines) - kept} more"] if kept < len(lines) else []
    return "\n".join([*lines[:kept], *more])
