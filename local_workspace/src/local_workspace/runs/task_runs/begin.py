"""Which kind of task run a task needs."""

from collections.abc import Callable
from typing import Any

from local_workspace.runs.control.condition import ConditionTask
from local_workspace.runs.control.for_each import ForEachTask
from local_workspace.runs.control.run_job import RunJobTask
from local_workspace.runs.outcome import Outcome
from local_workspace.runs.output import task_values
from local_workspace.runs.process import RunProcess
from local_workspace.runs.references import Values, resolved, values_of, values_of_others
from local_workspace.runs.requests.task import TaskSpec
from local_workspace.runs.task_runs.condition import ConditionRun
from local_workspace.runs.task_runs.for_each import ForEachRun
from local_workspace.runs.task_runs.on_cluster import OnCluster
from local_workspace.runs.task_runs.run_job import RunJobRun
from local_workspace.runs.task_runs.task_run import Launcher, Services, TaskRun
from local_workspace.runs.tasks.task import RunContext, Task
from local_workspace.store import Document


def task_run_of(
    task: Document, services: Services, launcher: Launcher, ended: Callable[[int, Outcome], None]
) -> TaskRun:
    """A task run that has not begun."""
    run, tasks = services.records.with_tasks(task["parent_run_id"])
    left = {each["task"]["task_key"]: task_values(each["run_id"], services.settings) for each in tasks}
    values = (
        values_of(run, task, services.settings) | values_of_others(tasks, left) | task.get("input_values", {})
    )
    kind, common = TaskSpec.model_validate(task["task"]).kind(), (run, task, services, ended)
    if isinstance(kind, ConditionTask):
        return ConditionRun(kind, values, *common)
    if isinstance(kind, ForEachTask):
        return ForEachRun(kind, values, launcher, *common)
    if isinstance(kind, RunJobTask):
        handed_on = {name: resolved(each, values) for name, each in run.get("parameters", {}).items()}
        return RunJobRun(kind, values, handed_on, launcher, *common)
    assert isinstance(kind, Task)  # noqa: S101 - there are no others
    process = RunProcess(task["run_id"], services.settings, services.processes)
    context = _context(run, left, values, services)
    return OnCluster(kind, process, context, *common)


def _context(
    run: Document, left: dict[str, dict[str, Any]], values: Values, services: Services
) -> RunContext:
    return RunContext(
        services.files,
        values,
        job_parameters=run.get("parameters", {}),
        overrides=run.get("overrides", {}),
        task_values=left,
    )
