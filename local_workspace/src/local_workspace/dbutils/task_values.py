"""`dbutils.jobs.taskValues`: small values that the tasks of a run hand on, by a file in the run's folder."""

import json
from typing import Any

from local_workspace.dbutils.facts import RunFacts
from local_workspace.dbutils.utility import Utility

MOST_BYTES = 48 * 1024


class TaskValues(Utility):
    """https://docs.databricks.com/jobs/task-values"""

    def __init__(self, facts: RunFacts) -> None:
        self._file = facts.folder / "task_values.json"
        self._earlier = facts.task_values
        self._is_of_job = facts.is_of_job

    def set(self, key: str, value: Any) -> None:
        """Keep a value (what JSON can hold, at most 48 KiB) for the tasks after this one."""
        size = len(json.dumps(value).encode())
        if size > MOST_BYTES:
            raise ValueError(f"The JSON of task value {key} must not exceed {MOST_BYTES} bytes, is {size}")
        present = json.loads(self._file.read_text()) if self._file.exists() else {}
        unfinished = self._file.with_suffix(".part")
        unfinished.write_text(json.dumps(present | {key: value}))
        unfinished.replace(self._file)

    def get(self, taskKey: str, key: str, default: Any = None, debugValue: Any = None) -> Any:  # noqa: N803
        """What an earlier task of this run has set, else `default`. Raises ValueError if that is None.

        Outside of a job it is `debugValue`, which must not be None then.
        """
        if not self._is_of_job:
            if debugValue is None:
                raise TypeError(
                    "Must pass debugValue when calling get outside of a job context. "
                    "debugValue cannot be None."
                )
            return debugValue
        values = self._earlier.get(taskKey, {})
        if key in values:
            return values[key]
        if default is None:
            raise ValueError(f"Task key {taskKey} has no value {key}, and no default was given.")
        return default


class JobUtils:
    """`dbutils.jobs`."""

    def __init__(self, facts: RunFacts) -> None:
        self.taskValues = TaskValues(facts)
