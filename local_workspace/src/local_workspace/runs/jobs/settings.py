"""A job's settings, checked as Databricks checks them.

https://docs.databricks.com/api/azure/workspace/jobs/create
"""

from collections.abc import Sequence
from typing import Any, Literal

from pydantic import ConfigDict, Field, model_validator

from local_workspace.errors import InvalidParameterValue
from local_workspace.messages import Message
from local_workspace.runs.requests.parameters import Queue
from local_workspace.runs.requests.submit import RunRequest, with_tasks
from local_workspace.runs.requests.task import check_keys, check_tasks, only

MOST_TASKS = 1000
_UNSUPPORTED = {
    "git_source": "Git folders",
    "environments": "serverless compute",
    "continuous": "continuous jobs",
    "deployment": "bundles that lock a job",
}


class JobParameter(Message):
    """A parameter of a job; every run may have another value."""

    model_config = ConfigDict(coerce_numbers_to_str=True)

    name: str = Field(pattern=r"^[\w.-]+$")
    default: str


class Schedule(Message):
    """When Databricks would run the job. It is kept and shown here; nothing is run by it."""

    model_config = ConfigDict(extra="allow")

    quartz_cron_expression: str
    timezone_id: str
    pause_status: Literal["PAUSED", "UNPAUSED"] = "UNPAUSED"


class JobSettings(RunRequest):
    """Fields that this workspace does not know (tags, notifications…) are kept and shown."""

    model_config = ConfigDict(extra="allow")

    name: str = Field(default="Untitled", max_length=4096)
    parameters: list[JobParameter] = Field(default_factory=list)
    max_concurrent_runs: int = Field(default=1, ge=0, le=1000)
    schedule: Schedule | None = None
    queue: Queue = Queue()
    # Goes to the permissions of the job, and is not shown among its settings.
    access_control_list: list[dict[str, str]] = Field(default_factory=list, exclude=True)

    @model_validator(mode="before")
    @classmethod
    def _with_tasks(cls, fields: Any) -> Any:
        """In the older form, of API 2.0, the job's one task has no key: Databricks calls it after the job."""
        return with_tasks(fields, "name", (*cls.model_fields, *_OF_A_JOB))

    def check(self) -> None:
        """Raise `InvalidParameterValue` for the first thing that is wrong."""
        extra = self.model_extra or {}
        for field, what in _UNSUPPORTED.items():
            if extra.get(field):
                raise InvalidParameterValue(f"{field} is not supported by this workspace ({what}).")
        if self.job_clusters and not self.tasks:
            raise InvalidParameterValue("Shared job cluster feature is only supported in multi-task jobs.")
        names = [parameter.name for parameter in self.parameters]
        if len(set(names)) < len(names):
            raise InvalidParameterValue(f"Job parameters must have unique names, got {', '.join(names)}")
        if not self.is_single_task:
            check_keys(self.tasks)
        check_tasks(self.tasks, self.job_clusters, MOST_TASKS)

    def run_request(self, keys: Sequence[str], token: str) -> RunRequest:
        """A run of the job: of the tasks with these keys, or of all if none is given."""
        if not self.tasks:
            raise InvalidParameterValue(f"Job {self.name!r} has no tasks to run.")
        return RunRequest(
            run_name=self.name,
            tasks=only(self.tasks, keys),
            job_clusters=self.job_clusters,
            timeout_seconds=self.timeout_seconds,
            is_single_task=self.is_single_task,
            idempotency_token=token,
        )

    def to_wire(self) -> dict[str, Any]:
        """`settings` as the API shows them."""
        shown = self.model_dump(
            exclude_unset=True, exclude={"is_single_task", "run_name", "idempotency_token"}
        )
        defaults = {
            "name": self.name,
            "max_concurrent_runs": self.max_concurrent_runs,
            "timeout_seconds": self.timeout_seconds,
            "format": "SINGLE_TASK" if self.is_single_task else "MULTI_TASK",
        }
        return shown | defaults


# Fields that are a job's own in the older form too; all others are its task's.
_OF_A_JOB = (
    "email_notifications",
    "webhook_notifications",
    "tags",
    "run_as",
    "format",
)
