"""What a client asks for with runs/submit, checked as Databricks checks it.

https://docs.databricks.com/api/azure/workspace/jobs/submit
"""

from collections.abc import Collection
from typing import Any

from pydantic import Field, model_validator

from local_workspace.errors import InvalidParameterValue
from local_workspace.messages import Message
from local_workspace.runs.requests.task import LONGEST_TASK_KEY, JobCluster, TaskSpec, check_keys, check_tasks

LONGEST_IDEMPOTENCY_TOKEN = 64
MOST_TASKS = 100


class RunRequest(Message):
    """A run's tasks, and how it is to be started."""

    run_name: str = "Untitled"
    tasks: list[TaskSpec] = Field(default_factory=list)
    job_clusters: list[JobCluster] = Field(default_factory=list)
    idempotency_token: str = ""
    timeout_seconds: int = Field(default=0, ge=0)
    is_single_task: bool = False


class SubmitRun(RunRequest):
    """A one-time run: its tasks, or (the older form) one task in the fields of the run itself."""

    # Known only to be refused.
    git_source: Any = None

    @model_validator(mode="before")
    @classmethod
    def _with_tasks(cls, fields: Any) -> Any:
        """The older form becomes one task whose key is the run's name."""
        return with_tasks(fields, "run_name", cls.model_fields)

    def check(self) -> None:
        """Raise `InvalidParameterValue` for the first thing that is wrong."""
        if not self.tasks:
            raise InvalidParameterValue("Missing required field: tasks")
        if self.git_source:
            raise InvalidParameterValue("git_source is not supported by this workspace (Git folders).")
        if self.job_clusters:
            raise InvalidParameterValue(
                "job_clusters: a one-time run has none on Databricks; give each task its new_cluster, or "
                "create a job."
            )
        check_token(self.idempotency_token)
        if not self.is_single_task:
            check_keys(self.tasks)
        check_tasks(self.tasks, self.job_clusters, MOST_TASKS)


def with_tasks(fields: Any, naming: str, own: Collection[str]) -> Any:
    """The fields of a run or job with `tasks`, also if they are in the older form.

    There the one task's fields stand beside the run's `own`; its key is what the field `naming` says, cut to
    its greatest length. What is no object stays as it is, to be refused.
    """
    if not isinstance(fields, dict):
        return fields
    tasks = fields.get("tasks")
    was_kept = "is_single_task" in fields
    if was_kept or tasks or not any(name.endswith("_task") for name in fields):
        is_kept = fields.get("is_single_task") is True and isinstance(tasks, list) and len(tasks) == 1
        return fields | {"is_single_task": is_kept}
    task = {name: value for name, value in fields.items() if name not in own}
    key = str(fields.get(naming) or "Untitled")[:LONGEST_TASK_KEY]
    return fields | {"tasks": [task | {"task_key": key}], "is_single_task": True}


def check_token(token: str) -> None:
    """Refuse an idempotency token that is too long."""
    if len(token) > LONGEST_IDEMPOTENCY_TOKEN:
        raise InvalidParameterValue(
            f"idempotency_token must not be longer than {LONGEST_IDEMPOTENCY_TOKEN} characters, "
            f"got {len(token)}"
        )
