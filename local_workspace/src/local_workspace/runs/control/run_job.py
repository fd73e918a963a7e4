"""Another job as a task: `run_job_task` starts it, and ends as its run does."""

from pydantic import ConfigDict, Field

from local_workspace.runs.control.task import ControlTask
from local_workspace.runs.references import Values, check_references, resolved
from local_workspace.runs.tasks.task import Shown


class RunJobTask(ControlTask):
    """The job, and its parameters."""

    model_config = ConfigDict(coerce_numbers_to_str=True)

    job_id: int
    job_parameters: dict[str, str] = Field(default_factory=dict)

    def check(self, task_key: str) -> None:
        """Refuse a reference to nothing."""
        check_references(task_key, self.job_parameters.values())

    def shown(self) -> Shown:
        """The job."""
        return Shown((("Job", str(self.job_id)),))

    def parameters(self, values: Values) -> dict[str, str]:
        """The job's parameters, with references replaced."""
        return {name: resolved(each, values) for name, each in self.job_parameters.items()}
