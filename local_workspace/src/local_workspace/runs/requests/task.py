"""One task as a client asks for it, in a job or in a run, checked as Databricks checks it.

https://docs.databricks.com/api/azure/workspace/jobs/create (`tasks`)
"""

import re
from collections.abc import Sequence
from typing import Literal

from pydantic import ConfigDict, Field

from local_workspace.clusters.libraries.library import Library
from local_workspace.clusters.spec import ClusterSpec
from local_workspace.errors import InvalidParameterValue
from local_workspace.messages import Message, parsed
from local_workspace.runs.control.kinds import ControlKinds
from local_workspace.runs.control.task import ControlTask
from local_workspace.runs.tasks.kinds import Kinds
from local_workspace.runs.tasks.task import Task

LONGEST_TASK_KEY = 100
RunIf = Literal[
    "ALL_SUCCESS", "AT_LEAST_ONE_SUCCESS", "NONE_FAILED", "ALL_DONE", "AT_LEAST_ONE_FAILED", "ALL_FAILED"
]
KIND_FIELDS = (*Kinds.model_fields, *ControlKinds.model_fields)
# Fields of a task that change what runs; without effect here they would be a lie.
_UNSUPPORTED = ("environment_key", "compute", "disabled")


class Dependency(Message):
    """A task that must have ended before; of a condition, with this outcome ("true" or "false")."""

    task_key: str
    outcome: str | None = None


class JobCluster(Message):
    """A cluster that several tasks of one run share, and that ends with the run."""

    job_cluster_key: str
    new_cluster: ClusterSpec


class TaskSpec(Kinds, ControlKinds):
    """One task; fields that this workspace does not know are kept, to be refused or shown."""

    model_config = ConfigDict(extra="allow")

    task_key: str
    existing_cluster_id: str = ""
    new_cluster: ClusterSpec | None = None
    job_cluster_key: str = ""
    libraries: list[Library] = Field(default_factory=list)
    depends_on: list[Dependency] = Field(default_factory=list)
    run_if: RunIf = "ALL_SUCCESS"
    timeout_seconds: int = Field(default=0, ge=0)
    max_retries: int = Field(default=0, ge=-1)
    min_retry_interval_millis: int = Field(default=0, ge=0)
    retry_on_timeout: bool = False

    def kind(self) -> Task | ControlTask:
        """What a checked task runs."""
        (only,) = self._given()
        return only

    def is_on_cluster(self) -> bool:
        """Whether a checked task is a program on a cluster, and not carried out by the workspace itself."""
        return isinstance(self.kind(), Task)

    def iterated(self) -> "TaskSpec | None":
        """The task that is run once for each input, if this one is such a loop."""
        return parsed(TaskSpec, self.for_each_task.task) if self.for_each_task else None

    def check(self, job_cluster_keys: Sequence[str] = ()) -> None:
        """Raise `InvalidParameterValue` for what cannot run here, with what can."""
        extra = self.model_extra or {}
        self._check_kind([name for name, value in extra.items() if name.endswith("_task") and value])
        for name in _UNSUPPORTED:
            if extra.get(name):
                raise InvalidParameterValue(
                    f"Task {self.task_key}: {name} is not supported by this workspace."
                )
        self.kind().check(self.task_key)
        for library in self.libraries:
            library.check(f"Task {self.task_key}")
        if self.is_on_cluster():
            self._check_cluster(job_cluster_keys)
        if nested := self.iterated():
            if self.max_retries or self.retry_on_timeout:
                raise InvalidParameterValue(
                    f"Task {self.task_key}: a for_each_task is not retried: set max_retries and "
                    "retry_on_timeout of the task in it."
                )
            if nested.depends_on or nested.for_each_task:
                raise InvalidParameterValue(
                    f"Task {self.task_key}: the task of a loop has no depends_on and no loop of its own."
                )
            nested.check(job_cluster_keys)

    def _given(self) -> list[Task | ControlTask]:
        values = (getattr(self, name) for name in KIND_FIELDS)
        return [value for value in values if value is not None]

    def _check_kind(self, unknown: list[str]) -> None:
        given = self._given()
        offered = ", ".join(KIND_FIELDS)
        if unknown or not given:
            asked = f"{', '.join(unknown)} is" if unknown else "a task without a kind is"
            raise InvalidParameterValue(
                f"Task {self.task_key}: {asked} not supported by this workspace, only {offered} is."
            )
        if len(given) > 1:
            raise InvalidParameterValue(f"Task {self.task_key}: give one of {offered}, not several.")

    def _check_cluster(self, job_cluster_keys: Sequence[str]) -> None:
        clusters = [bool(self.existing_cluster_id), self.new_cluster is not None, bool(self.job_cluster_key)]
        if not any(clusters):
            raise InvalidParameterValue(
                f"Task {self.task_key}: Missing required field: existing_cluster_id (or new_cluster, or "
                "job_cluster_key). The local workspace has no serverless compute."
            )
        if sum(clusters) > 1:
            raise InvalidParameterValue(
                f"Task {self.task_key}: give one of existing_cluster_id, new_cluster and job_cluster_key."
            )
        if self.job_cluster_key and self.job_cluster_key not in job_cluster_keys:
            raise InvalidParameterValue(
                f"Task {self.task_key}: job_cluster_key {self.job_cluster_key!r} is not defined in "
                "job_clusters."
            )
        if self.new_cluster:
            self.new_cluster.check_as_asked()


def check_tasks(tasks: Sequence[TaskSpec], job_clusters: Sequence[JobCluster], most: int) -> None:
    """Refuse what is wrong with a task, or with how tasks refer to each other and to `job_clusters`."""
    if len(tasks) > most:
        raise InvalidParameterValue(f"At most {most} tasks are allowed, got {len(tasks)}")
    keys = [task.task_key for task in tasks]
    if len(set(keys)) < len(keys):
        raise InvalidParameterValue(f"Task keys must be unique, got {', '.join(keys)}")
    cluster_keys = [each.job_cluster_key for each in job_clusters]
    for each in job_clusters:
        each.new_cluster.check_as_asked()
    for task in tasks:
        task.check(cluster_keys)
    _check_order(tasks)


def check_keys(tasks: Sequence[TaskSpec]) -> None:
    """Refuse keys that hold what a key may not hold."""
    for task in tasks:
        if not re.fullmatch(rf"[\w-]{{1,{LONGEST_TASK_KEY}}}", task.task_key):
            raise InvalidParameterValue(
                f"task_key may hold letters, digits, - and _ (at most {LONGEST_TASK_KEY}), "
                f"got {task.task_key!r}"
            )


def _check_order(tasks: Sequence[TaskSpec]) -> None:
    """Refuse dependencies on nothing, and circles."""
    waiting = {task.task_key: {each.task_key for each in task.depends_on} for task in tasks}
    for key, needed in waiting.items():
        if unknown := sorted(needed - waiting.keys()):
            raise InvalidParameterValue(f"Task {key} depends on {', '.join(unknown)}, which is not a task.")
    while waiting:
        free = {key for key, needed in waiting.items() if not needed & waiting.keys()}
        if not free:
            raise InvalidParameterValue(f"Tasks depend on each other in a circle: {', '.join(waiting)}")
        waiting = {key: needed for key, needed in waiting.items() if key not in free}


def only(tasks: Sequence[TaskSpec], keys: Sequence[str]) -> list[TaskSpec]:
    """The tasks with these keys (all, if none is given), which then depend on each other alone."""
    if unknown := sorted(set(keys) - {task.task_key for task in tasks}):
        raise InvalidParameterValue(f"The job has no task {', '.join(unknown)}.")
    if not keys:
        return list(tasks)
    chosen = [task for task in tasks if task.task_key in keys]
    return [
        task.model_copy(update={"depends_on": [each for each in task.depends_on if each.task_key in keys]})
        for task in chosen
    ]
