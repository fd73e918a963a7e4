"""The fault of `make compose-test`: a worker's container dies while one of its tasks trains."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import httpx

from local_stack.compose import Compose
from local_stack.dag_run import DagRun

if TYPE_CHECKING:
    from databricks.sdk import WorkspaceClient

TASK = "train"


class KilledWorker:
    """Kills the first worker that is seen to train, once, while its job run is under way in the workspace."""

    def __init__(
        self, compose: Compose, run: DagRun, client: "WorkspaceClient", say: Callable[[str], None]
    ) -> None:
        self._compose = compose
        self._run = run
        self._client = client
        self._say = say
        self.task: str | None = None

    def look(self) -> None:
        """Kill a worker if one trains at this moment and none was killed yet."""
        if self.task is not None or not (training := self._training()) or not self._job_runs():
            return
        task, host = training[0]
        # A container's host name is the beginning of its id.
        for worker in self._compose.containers():
            if worker.service == "worker" and worker.container_id.startswith(host):
                self._compose.kill(worker)
                self.task = task
                self._say(f"killed {worker.name}, which ran {task}")

    def _job_runs(self) -> bool:
        return any(True for _ in self._client.jobs.list_runs(active_only=True))

    def _training(self) -> list[tuple[str, str]]:
        """Name and host of the training tasks that run."""
        path = f"dags/{self._run.dag_id}/dagRuns/{self._run.run_id}/taskInstances/{TASK}/listMapped"
        answer = self._run.api.get(path, params={"state": "running"})
        if answer.status_code == httpx.codes.NOT_FOUND:
            return []  # the grid is not expanded yet
        found = answer.raise_for_status().json()["task_instances"]
        return [(f"{TASK}[{each['map_index']}]", each["hostname"]) for each in found if each["hostname"]]
