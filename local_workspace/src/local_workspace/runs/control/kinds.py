"""Every kind of task that the workspace itself carries out, by the field in which a client names it."""

from local_workspace.messages import Message
from local_workspace.runs.control.condition import ConditionTask
from local_workspace.runs.control.for_each import ForEachTask
from local_workspace.runs.control.run_job import RunJobTask


class ControlKinds(Message):
    """The part of a task that says which of them it is."""

    condition_task: ConditionTask | None = None
    for_each_task: ForEachTask | None = None
    run_job_task: RunJobTask | None = None
