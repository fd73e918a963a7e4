"""Which runs a list is about."""

from dataclasses import dataclass

from local_workspace.store import Condition, is_among, is_between, is_set, is_unset


@dataclass(frozen=True)
class Wanted:
    """Which runs a list is about; times are epoch milliseconds."""

    active_only: bool = False
    completed_only: bool = False
    job_id: int | None = None
    start_time_from: int = 0
    start_time_to: int | None = None
    run_type: str = ""

    def conditions(self) -> list[Condition]:
        """For the documents of runs."""
        found = [is_between("start_time", self.start_time_from, self.start_time_to)]
        if self.active_only:
            found.append(is_unset("outcome"))
        if self.completed_only:
            found.append(is_set("outcome"))
        if self.job_id is not None:
            found.append(is_between("job_id", self.job_id, self.job_id))
        if self.run_type:
            found.append(is_among("run_type", [self.run_type]))
        return found
