"""Job runs: submit, look, cancel. Each task of a run is carried out by a `TaskRun`."""

import shutil
import threading
import time
from pathlib import Path
from typing import Any

from local_workspace.clock import Clock
from local_workspace.clusters.clusters import Clusters
from local_workspace.errors import InvalidParameterValue, InvalidState, TemporarilyUnavailable
from local_workspace.files.local_files import LocalFiles
from local_workspace.processes.processes import Processes
from local_workspace.runs import document
from local_workspace.runs.outcome import CANCELED, Outcome, internal_error
from local_workspace.runs.process import RunProcess
from local_workspace.runs.records import RunPage, RunRecords, Wanted
from local_workspace.runs.references import values_of
from local_workspace.runs.spec import SubmitRun
from local_workspace.runs.task_run import TaskRun
from local_workspace.runs.tasks.task import RunContext
from local_workspace.settings import Settings
from local_workspace.store import Document

MOST_OUTPUT_BYTES = 5 * 1024 * 1024


class Runs:
    """Every run of the workspace; safe to use from every thread."""

    def __init__(
        self,
        settings: Settings,
        clock: Clock,
        records: RunRecords,
        processes: Processes,
        clusters: Clusters,
        files: LocalFiles,
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._processes = processes
        self._clusters = clusters
        self._records = records
        self._files = files
        self._active: dict[int, TaskRun] = {}
        self._is_stopping = False
        # Held while a run is recorded and begun, so that a cancel never sees the one without the other.
        self._lock = threading.Lock()

    def start(self) -> None:
        """Settle the runs that a killed server left behind, and end what their scripts had started."""
        self._processes.end_strays(self._settings.runs)
        self._settle_active("killed")

    def stop(self, deadline: float) -> None:
        """End every active run, and wait until `deadline` (of `time.monotonic`) for it; none begins later."""
        with self._lock:
            self._is_stopping = True
            active = list(self._active.values())
        for task_run in active:
            task_run.end_as(_server_gone("stopped"))
        for task_run in active:
            task_run.join(max(0.0, deadline - time.monotonic()))
        self._settle_active("stopped")

    def _settle_active(self, how: str) -> None:
        for run in self._records.active():
            for task_run_id in run["task_run_ids"]:
                self._records.settle(task_run_id, _server_gone(how))

    def submit(self, request: SubmitRun) -> int:
        """Begin a run and return its id; for an idempotency token that was seen before, that run's id."""
        request.check()
        with self._lock:
            if self._is_stopping:
                raise TemporarilyUnavailable("The workspace is stopping: no run can be started.")
            run_id, is_new = self._records.add(request)
            if is_new:
                self._begin_tasks(run_id)
        return run_id

    def _begin_tasks(self, run_id: int) -> None:
        self._active = {each_id: each for each_id, each in self._active.items() if each.is_active()}
        run = self._records.run(run_id)
        for task in self._records.tasks_of(run):
            process = RunProcess(task["run_id"], self._settings, self._processes)
            context = RunContext(self._files, values_of(run, task, self._settings))
            task_run = TaskRun(run, task, self._clock, self._records, self._clusters, process, context)
            self._active[task["run_id"]] = task_run
            task_run.start()

    def get(self, run_id: int) -> dict[str, Any]:
        """A whole run, or a task run as a run of its own."""
        task = self._records.task(run_id)
        if task is not None:
            return document.task_run(self._records.run(task["parent_run_id"]), task, self._settings)
        return document.whole_run(*self._records.with_tasks(run_id), self._settings)

    def newest(self, wanted: Wanted, first: int, count: int) -> tuple[list[dict[str, Any]], bool]:
        """At most `count` of the wanted runs with their tasks, newest first, and whether there are more."""
        return self._shown(self._records.newest(wanted, first, count))

    def newest_on_cluster(self, cluster_id: str, count: int) -> list[dict[str, Any]]:
        """The runs with the `count` newest task runs on a cluster, newest first."""
        return self._shown(self._records.newest_on_cluster(cluster_id, count))[0]

    def _shown(self, page: RunPage) -> tuple[list[dict[str, Any]], bool]:
        runs = [document.whole_run(run, tasks, self._settings) for run, tasks in page.runs]
        return runs, page.has_more

    def output(self, run_id: int) -> dict[str, Any]:
        """`RunOutput` of one task run: what it printed, and its error if it failed."""
        task = self._task_with_output(run_id)
        process = RunProcess(task["run_id"], self._settings, self._processes)
        logs, is_truncated = _beginning(process.folder / "output.log")
        answer: dict[str, Any] = {
            "metadata": self.get(task["run_id"]),
            "logs": logs,
            "logs_truncated": is_truncated,
        }
        outcome = task["outcome"]
        if outcome is None or outcome["result_state"] == "SUCCESS":
            return answer
        if outcome["life_cycle_state"] == "INTERNAL_ERROR" or outcome["result_state"] != "FAILED":
            return answer | {"error": outcome["message"]}
        result = process.result()
        return answer | {"error": result.error, "error_trace": result.error_trace}

    def _task_with_output(self, run_id: int) -> Document:
        task = self._records.task(run_id)
        if task is not None:
            return task
        run = self._records.run(run_id)
        if not run["is_single_task"]:
            raise InvalidParameterValue(
                "Retrieving the output of runs with multiple tasks is not supported. "
                "Please retrieve the output of each individual task run instead."
            )
        return self._records.tasks_of(run)[0]

    def cancel(self, run_id: int) -> None:
        """Begin to end a run or a task run; nothing happens if it has ended."""
        is_task = self._records.task(run_id) is not None
        task_run_ids = [run_id] if is_task else self._records.run(run_id)["task_run_ids"]
        with self._lock:
            active = [self._active[each] for each in task_run_ids if each in self._active]
        for task_run in active:
            task_run.end_as(CANCELED)

    def delete(self, run_id: int) -> None:
        """Forget a run that has ended; `InvalidState` for one that is active."""
        if self._records.run(run_id)["outcome"] is None:
            raise InvalidState(f"Run {run_id} is active: cancel it before you delete it.")
        for task_run_id in self._records.delete(run_id):
            shutil.rmtree(RunProcess(task_run_id, self._settings, self._processes).folder, ignore_errors=True)


def _server_gone(how: str) -> Outcome:
    text = f"The local workspace server was {how} while the run was active."
    return internal_error(text, "DRIVER_ERROR", "CLOUD_FAILURE")


def _beginning(file: Path) -> tuple[str, bool]:
    """The first 5 MB of a file as text, and whether there is more; nothing if there is no file yet."""
    if not file.exists():
        return "", False
    with file.open("rb") as opened:
        text = opened.read(MOST_OUTPUT_BYTES).decode(errors="replace")
        return text, bool(opened.read(1))
