"""Another job: its run is begun, waited for, and cancelled with this one."""

from typing import Any

from local_workspace.errors import WorkspaceError
from local_workspace.runs.control.run_job import RunJobTask
from local_workspace.runs.outcome import SUCCEEDED, WORKLOAD_FAILED, Outcome, internal_error
from local_workspace.runs.references import Values
from local_workspace.runs.task_runs.task_run import Launcher, TaskRun


class RunJobRun(TaskRun):
    """Ends as the run of the other job does."""

    def __init__(
        self, task: RunJobTask, values: Values, handed_on: dict[str, str], launcher: Launcher, *common: Any
    ) -> None:
        super().__init__(*common)
        self._handed_on = handed_on
        self._task = task
        self._values = values
        self._launcher = launcher

    def carry_out(self) -> Outcome:
        """Begin the other run and wait for it."""
        records = self.services.records
        try:
            run_id = self._launcher.run_job(
                self._task.job_id, self._task.parameters(self._values), self._handed_on
            )
        except WorkspaceError as error:
            return internal_error(
                f"Failed to trigger run of job {self._task.job_id}: {error}", "RESOURCE_NOT_FOUND"
            )
        records.begin(self.run_id)
        records.update_task(self.run_id, job_run_id=run_id)
        while (outcome := records.run(run_id)["outcome"]) is None:
            if interruption := self.interruption():
                self._launcher.cancel(run_id)
                return interruption
            self.pause()
        records.begin_cleanup(self.run_id)
        return SUCCEEDED if outcome["result_state"].startswith("SUCCESS") else WORKLOAD_FAILED
