"""A loop: its task runs are begun in the order of the inputs, so many at the same time."""

from typing import Any

from local_workspace.runs.control.for_each import ForEachTask, NoInputs, input_values
from local_workspace.runs.flow import is_tried_again
from local_workspace.runs.outcome import SUCCEEDED, WORKLOAD_FAILED, Outcome, internal_error
from local_workspace.runs.references import Values
from local_workspace.runs.requests.task import TaskSpec
from local_workspace.runs.task_runs.task_run import Launcher, TaskRun


class ForEachRun(TaskRun):
    """Ends when all of its task runs have ended; failed if one has. None begins after a failure."""

    def __init__(self, task: ForEachTask, values: Values, launcher: Launcher, *common: Any) -> None:
        super().__init__(*common)
        self._task = task
        self._values = values
        self._launcher = launcher
        self._active: dict[int, Values] = {}
        self._failed = self._succeeded = self._total = 0

    def carry_out(self) -> Outcome:
        """Begin and wait, input by input."""
        records, spec = self.services.records, self.spec.iterated()
        assert spec is not None  # noqa: S101 - checked when it was asked for
        try:
            waiting = self._task.values(self._values)
        except NoInputs as error:
            return internal_error(str(error), "RUN_EXECUTION_ERROR")
        records.begin(self.run_id)
        self._total = len(waiting)
        self._show()
        while (waiting and not self._failed) or self._active:
            if outcome := self.interruption():
                return self._end_all(outcome)
            while waiting and not self._failed and len(self._active) < self._task.concurrency:
                values = self._values | input_values(waiting.pop(0))
                self._begin(spec, values, attempt=0)
            self.pause()
            self._look()
            self._show()
        records.begin_cleanup(self.run_id)
        return WORKLOAD_FAILED if self._failed else SUCCEEDED

    def _begin(self, spec: TaskSpec, values: Values, attempt: int) -> None:
        self._active[self._launcher.begin_iteration(self.run_id, spec, values, attempt)] = values

    def _look(self) -> None:
        for run_id, values in list(self._active.items()):
            task = self.services.records.task(run_id)
            if task is None or task["outcome"] is None:
                continue
            del self._active[run_id]
            if is_tried_again(task, Outcome(**task["outcome"])) and not self.interruption():
                spec = TaskSpec.model_validate(task["task"])
                self._begin(spec, values, task["attempt_number"] + 1)
            elif task["outcome"]["result_state"] != "SUCCESS":
                self._failed += 1
            else:
                self._succeeded += 1

    def _show(self) -> None:
        """https://docs.databricks.com/api/azure/workspace/jobs/getrun (`task_run_stats`)"""
        done = self._succeeded + self._failed
        stats = {
            "total_iterations": self._total,
            "active_iterations": len(self._active),
            "completed_iterations": done,
            "succeeded_iterations": self._succeeded,
            "failed_iterations": self._failed,
            "scheduled_iterations": done + len(self._active),
        }
        self.services.records.update_task(self.run_id, iteration_stats=stats)

    def _end_all(self, outcome: Outcome) -> Outcome:
        while self._active:
            for run_id in self._active:
                self._launcher.cancel(run_id)
            self.pause()
            self._look()
        return outcome
