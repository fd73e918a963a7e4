"""The fault of `make compose-test`: a worker's container dies while one of its tasks trains."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import httpx

from local_stack.compose.project import Compose
from local_stack.runs.dag_run import DagRun

if TYPE_CHECKING:
    from databricks.sdk import WorkspaceClient

TASK = "train"


@dataclass(frozen=True)
class Training:
    """A mapped task that trains: its name, the host that runs it, and how its job run's name begins."""

    task: str
    host: str
    label: str


class KilledWorker:
    """Kills the first worker that is seen to train, once, while its task's job run is under way."""

    def __init__(
        self, compose: Compose, run: DagRun, client: "WorkspaceClient", say: Callable[[str], None]
    ) -> None:
        self._compose = compose
        self._run = run
        self._client = client
        self._say = say
        self.training: Training | None = None

    def look(self) -> None:
        """Kill a worker if one trains at this moment and none was killed yet."""
        if self.training is not None:
            return
        under_way = self._job_runs(active_only=True)
        for training in self._trainings():
            if any(name.startswith(training.label) for name in under_way):
                return self._kill(training)

    def job_runs(self) -> int:
        """How many job runs the killed task has had in all: one, if its next try found it again."""
        training = self.training
        return sum(name.startswith(training.label) for name in self._job_runs()) if training else 0

    def _kill(self, training: Training) -> None:
        # A container's host name is the beginning of its id.
        for worker in self._compose.containers():
            if worker.service == "worker" and worker.container_id.startswith(training.host):
                self._compose.kill(worker)
                self.training = training
                self._say(f"killed {worker.name}, which ran {training.task}")

    def _job_runs(self, *, active_only: bool = False) -> list[str]:
        """The names of this DAG run's job runs."""
        runs = self._client.jobs.list_runs(active_only=active_only)
        return [run.run_name for run in runs if run.run_name and run.run_name.endswith(self._run.run_id)]

    def _trainings(self) -> list[Training]:
        path = f"dags/{self._run.dag_id}/dagRuns/{self._run.run_id}/taskInstances/{TASK}/listMapped"
        answer = self._run.api.get(path, params={"state": "running"})
        if answer.status_code == httpx.codes.NOT_FOUND:
            return []  # the grid is not expanded yet
        found = answer.raise_for_status().json()["task_instances"]
        return [
            Training(f"{TASK}[{each['map_index']}]", each["hostname"], f"{each['rendered_map_index']} of ")
            for each in found
            if each["hostname"] and each["rendered_map_index"]
        ]
