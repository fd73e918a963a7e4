"""Every kind of task that runs here, by the field in which a client names it.

A new kind is a module beside this one and a field of `Kinds`.
"""

from typing import Any

from local_workspace.messages import Message
from local_workspace.runs.tasks.spark_python import SparkPythonTask
from local_workspace.runs.tasks.task import Task


class Kinds(Message):
    """The part of a task that says what to run: one of these fields is given."""

    spark_python_task: SparkPythonTask | None = None

    def given(self) -> list[Task]:
        """The kinds that are given: one, in a task that has been checked."""
        values = (getattr(self, name) for name in KINDS)
        return [value for value in values if value is not None]


KINDS = tuple(Kinds.model_fields)


def task_in(fields: dict[str, Any]) -> Task:
    """What a task runs that was accepted before, from its fields in the store or in an answer."""
    (task,) = Kinds.model_validate(fields).given()
    return task
