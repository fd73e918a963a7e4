"""Every kind of task that runs here, by the field in which a client names it.

A new kind is a module beside this one and a field of `Kinds`.
"""

from local_workspace.messages import Message
from local_workspace.runs.tasks.notebook import NotebookTask
from local_workspace.runs.tasks.python_wheel import PythonWheelTask
from local_workspace.runs.tasks.spark_python import SparkPythonTask


class Kinds(Message):
    """The part of a task that says what to run: one of these fields is given."""

    notebook_task: NotebookTask | None = None
    python_wheel_task: PythonWheelTask | None = None
    spark_python_task: SparkPythonTask | None = None


KINDS = tuple(Kinds.model_fields)
