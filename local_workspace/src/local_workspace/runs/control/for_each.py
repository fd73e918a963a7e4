"""A loop: `for_each_task` runs one task for each of its inputs, some of them at the same time.

https://learn.microsoft.com/azure/databricks/jobs/for-each: `inputs` is a JSON array, or a reference to one.
"""

import json
from typing import Any

from pydantic import Field

from local_workspace.errors import InvalidParameterValue
from local_workspace.runs.control.task import ControlTask
from local_workspace.runs.references import Values, check_references, resolved
from local_workspace.runs.tasks.task import Shown

MOST_INPUTS = 5000


class NoInputs(ValueError):
    """What `inputs` has become is not a JSON array."""


class ForEachTask(ControlTask):
    """Inputs, how many at once, and the task as a client sends it."""

    inputs: str | list[Any]
    concurrency: int = Field(default=1, ge=1, le=100)
    task: dict[str, Any]

    def check(self, task_key: str) -> None:
        """Refuse inputs that can never be a JSON array."""
        check_references(task_key, [self._text])
        if "{{" not in self._text:
            try:
                self.values({})
            except NoInputs as error:
                raise InvalidParameterValue(f"Task {task_key}: {error}") from error

    def shown(self) -> Shown:
        """The inputs."""
        return Shown((("Concurrency", str(self.concurrency)),), (("Inputs", self._text),))

    def values(self, values: Values) -> list[Any]:
        """The inputs, with references replaced. Raises `NoInputs`."""
        text = resolved(self._text, values)
        try:
            inputs = json.loads(text)
        except ValueError as error:
            raise NoInputs(f"inputs is not a JSON array: {text[:200]!r}") from error
        if not isinstance(inputs, list) or len(inputs) > MOST_INPUTS:
            raise NoInputs(f"inputs must be a JSON array of at most {MOST_INPUTS}, got {text[:200]!r}")
        return inputs

    @property
    def _text(self) -> str:
        return self.inputs if isinstance(self.inputs, str) else json.dumps(self.inputs)


def input_values(value: Any) -> Values:
    """What `{{input}}` and `{{input.<key>}}` stand for in one iteration."""
    inner = value if isinstance(value, dict) else {}
    return {"input": _text(value), **{f"input.{key}": _text(each) for key, each in inner.items()}}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value)
