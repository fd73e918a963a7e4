"""What a client asks for with runs/submit, checked as Databricks checks it.

https://docs.databricks.com/api/azure/workspace/jobs/submit
"""

import json
import re
from typing import Any

from pydantic import ConfigDict, Field, model_validator

from local_workspace.errors import InvalidParameterValue
from local_workspace.messages import Message

LONGEST_TASK_KEY = 100
LONGEST_IDEMPOTENCY_TOKEN = 64
MOST_PARAMETER_BYTES = 10_000
MOST_TASKS = 100
_KIND = "spark_python_task"
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


class SparkPythonTask(Message):
    """A Python script and its parameters."""

    python_file: str
    parameters: list[str] = Field(default_factory=list)
    source: str = "WORKSPACE"

    model_config = ConfigDict(coerce_numbers_to_str=True)


class SubmitTask(Message):
    """One task of a run; fields that this workspace does not know are kept, to be refused or ignored."""

    model_config = ConfigDict(extra="allow")

    task_key: str
    spark_python_task: SparkPythonTask | None = None
    existing_cluster_id: str = ""
    timeout_seconds: int = Field(default=0, ge=0)

    def check(self) -> None:
        """Raise `InvalidParameterValue` for what cannot run here, with what can."""
        extra = self.model_extra or {}
        kinds = [name for name, value in extra.items() if name.endswith("_task") and value]
        if kinds or self.spark_python_task is None:
            asked = f"{', '.join(kinds)} is" if kinds else "a task without a kind is"
            raise InvalidParameterValue(
                f"Task {self.task_key}: {asked} not supported by this workspace, only {_KIND} is."
            )
        for name in _UNSUPPORTED:
            if extra.get(name):
                raise InvalidParameterValue(
                    f"Task {self.task_key}: {name} is not supported by this workspace; "
                    "give existing_cluster_id, and one task for each thing to run."
                )
        if not self.existing_cluster_id:
            raise InvalidParameterValue(f"Task {self.task_key}: Missing required field: existing_cluster_id")
        _check_script(self.task_key, self.spark_python_task)


def _check_script(task_key: str, script: SparkPythonTask) -> None:
    if not re.match(r"dbfs:/|/", script.python_file) or script.source == "GIT":
        raise InvalidParameterValue(
            f"Task {task_key}: python_file must be a path in the workspace (/Workspace/…), in a volume "
            f"(/Volumes/…) or in DBFS (dbfs:/…), got {script.python_file!r}"
        )
    size = len(json.dumps(script.parameters).encode())
    if size > MOST_PARAMETER_BYTES:
        raise InvalidParameterValue(
            f"Task {task_key}: the JSON of parameters must not exceed {MOST_PARAMETER_BYTES} bytes, is {size}"
        )


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
