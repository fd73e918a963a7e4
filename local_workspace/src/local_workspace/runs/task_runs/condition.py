"""An if/else is decided at once."""

from typing import Any

from local_workspace.runs.control.condition import ConditionTask, NotComparable
from local_workspace.runs.outcome import SUCCEEDED, Outcome, internal_error
from local_workspace.runs.references import Values
from local_workspace.runs.task_runs.task_run import TaskRun


class ConditionRun(TaskRun):
    """Compares, and keeps what came out for the tasks of both branches."""

    def __init__(self, task: ConditionTask, values: Values, *common: Any) -> None:
        super().__init__(*common)
        self._task = task
        self._values = values

    def carry_out(self) -> Outcome:
        """Decide."""
        records = self.services.records
        records.begin(self.run_id)
        try:
            holds = self._task.holds(self._values)
        except NotComparable as error:
            return internal_error(str(error), "RUN_EXECUTION_ERROR")
        records.update_task(self.run_id, condition_outcome=str(holds).lower())
        records.begin_cleanup(self.run_id)
        return SUCCEEDED
