"""What a client asks for with runs/submit, checked as Databricks checks it.

https://docs.databricks.com/api/azure/workspace/jobs/submit
"""

import re
from typing import Any

from pydantic import ConfigDict, Field, model_validator

from local_workspace.errors import InvalidParameterValue
from local_workspace.messages import Message
from local_workspace.runs.tasks.kinds import KINDS, Kinds

LONGEST_TASK_KEY = 100
LONGEST_IDEMPOTENCY_TOKEN = 64
MOST_TASKS = 100
# Fields of a task that change what runs; without effect here they would be a lie.
_UNSUPPORTED = (
    "new_cluster",
    "job_cluster_key",
    "environment_key",
    "libraries",
    "depends_on",
    "max_retries",
    "retry_on_timeout",
    "compute",
)


class SubmitTask(Kinds):
    """One task of a run; fields that this workspace does not know are kept, to be refused or ignored."""

    model_config = ConfigDict(extra="allow")

    task_key: str
    existing_cluster_id: str = ""
    timeout_seconds: int = Field(default=0, ge=0)

    def check(self) -> None:
        """Raise `InvalidParameterValue` for what cannot run here, with what can."""
        extra = self.model_extra or {}
        self._check_kind([name for name, value in extra.items() if name.endswith("_task") and value])
        for name in _UNSUPPORTED:
            if extra.get(name):
                raise InvalidParameterValue(
                    f"Task {self.task_key}: {name} is not supported by this workspace; "
                    "give existing_cluster_id, and one task for each thing to run."
                )
        if not self.existing_cluster_id:
            raise InvalidParameterValue(f"Task {self.task_key}: Missing required field: existing_cluster_id")
        for task in self.given():
            task.check(self.task_key)

    def _check_kind(self, unknown: list[str]) -> None:
        given = self.given()
        if unknown or not given:
            asked = f"{', '.join(unknown)} is" if unknown else "a task without a kind is"
            raise InvalidParameterValue(
                f"Task {self.task_key}: {asked} not supported by this workspace, only {', '.join(KINDS)} is."
            )
        if len(given) > 1:
            raise InvalidParameterValue(f"Task {self.task_key}: give one of {', '.join(KINDS)}, not several.")


class SubmitRun(Message):
    """A one-time run: its tasks, or (the older form) one task in the fields of the run itself."""

    run_name: str = "Untitled"
    tasks: list[SubmitTask] = Field(default_factory=list)
    idempotency_token: str = ""
    timeout_seconds: int = Field(default=0, ge=0)
    is_single_task: bool = False

    @model_validator(mode="before")
    @classmethod
    def _with_tasks(cls, fields: dict[str, Any]) -> dict[str, Any]:
        """The older form becomes one task whose key is the run's name."""
        if fields.get("tasks") or not any(name.endswith("_task") for name in fields):
            return fields | {"is_single_task": False}
        name = str(fields.get("run_name") or "Untitled")
        own = {key: value for key, value in fields.items() if key not in cls.model_fields}
        return fields | {"tasks": [own | {"task_key": name[:LONGEST_TASK_KEY]}], "is_single_task": True}

    def check(self) -> None:
        """Raise `InvalidParameterValue` for the first thing that is wrong."""
        if not self.tasks:
            raise InvalidParameterValue("Missing required field: tasks")
        if len(self.tasks) > MOST_TASKS:
            raise InvalidParameterValue(f"A run has at most {MOST_TASKS} tasks, got {len(self.tasks)}")
        if len(self.idempotency_token) > LONGEST_IDEMPOTENCY_TOKEN:
            raise InvalidParameterValue(
                f"idempotency_token must not be longer than {LONGEST_IDEMPOTENCY_TOKEN} characters, "
                f"got {len(self.idempotency_token)}"
            )
        self._check_keys()
        for task in self.tasks:
            task.check()

    def _check_keys(self) -> None:
        keys = [task.task_key for task in self.tasks]
        if len(set(keys)) < len(keys):
            raise InvalidParameterValue(f"Task keys must be unique, got {', '.join(keys)}")
        for key in keys:
            if not self.is_single_task and not re.fullmatch(rf"[\w-]{{1,{LONGEST_TASK_KEY}}}", key):
                raise InvalidParameterValue(
                    f"task_key may hold letters, digits, - and _ (at most {LONGEST_TASK_KEY}), got {key!r}"
                )
