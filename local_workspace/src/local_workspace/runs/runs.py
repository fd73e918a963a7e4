"""Job runs: begin, look, cancel, repair. Each task of a run is carried out by a `TaskRun`."""

import shutil
import threading
import time
from collections.abc import Callable
from typing import Any

from local_workspace.errors import InvalidParameterValue, InvalidState, TemporarilyUnavailable
from local_workspace.runs import document
from local_workspace.runs.flow import is_tried_again, next_steps, to_repair
from local_workspace.runs.jobs.jobs import Jobs
from local_workspace.runs.outcome import CANCELED, TOO_MANY_RUNS, Outcome, internal_error
from local_workspace.runs.output import cells, folder_of, run_output
from local_workspace.runs.records import SUBMITTED, Origin, RunPage, RunRecords
from local_workspace.runs.references import Values
from local_workspace.runs.requests.parameters import Repair, RunNow
from local_workspace.runs.requests.submit import RunRequest, SubmitRun
from local_workspace.runs.requests.task import TaskSpec
from local_workspace.runs.task_runs.begin import task_run_of
from local_workspace.runs.task_runs.task_run import Services, TaskRun
from local_workspace.runs.wanted import Wanted
from local_workspace.store import Document


class Runs:
    """Every run of the workspace; safe to use from every thread."""

    def __init__(self, services: Services, jobs: Jobs) -> None:
        self.services = services
        self._settings = services.settings
        self._records: RunRecords = services.records
        self._jobs = jobs
        self._active: dict[int, TaskRun] = {}
        self._is_stopping = False
        # Held while a run is recorded and begun, so that a cancel never sees the one without the other.
        self._lock = threading.RLock()

    def start(self) -> None:
        """Settle the runs that a killed server left behind, and end what their scripts had started."""
        self.services.processes.end_strays(self._settings.runs)
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
            self._records.settle_run(run["run_id"], _server_gone(how))

    def submit(self, request: SubmitRun) -> int:
        """Begin a run and return its id; for an idempotency token that was seen before, that run's id."""
        request.check()
        return self._add(request, lambda: SUBMITTED)

    def run_now(self, request: RunNow) -> int:
        """Begin a run of a job and return its id; it may have to wait, or be skipped at once."""
        request.check()
        settings = self._jobs.settings(request.job_id)
        asked = settings.run_request(request.only, request.idempotency_token)
        defaults = {parameter.name: parameter.default for parameter in settings.parameters}

        def origin() -> Origin:
            return Origin(
                run_type="JOB_RUN",
                job_id=request.job_id,
                parameters=defaults | request.job_parameters,
                defaults=defaults,
                overrides=request.overrides(),
                is_queued=len(self._active_of(request.job_id)) >= settings.max_concurrent_runs,
            )

        may_wait = (request.queue or settings.queue).enabled
        return self._add(asked, origin, if_full=None if may_wait else TOO_MANY_RUNS)

    def run_job(self, job_id: int, parameters: dict[str, str], handed_on: dict[str, str]) -> int:
        """Begin a run of a job for a task of another run, whose parameters are handed on to it."""
        known = {parameter.name for parameter in self._jobs.settings(job_id).parameters}
        common = {name: value for name, value in handed_on.items() if name in known}
        return self.run_now(RunNow(job_id=job_id, job_parameters=parameters | common))

    def repair(self, request: Repair) -> int:
        """Run some tasks of a run again, in the same run; the id of the repair."""
        request.check()
        with self._lock:
            self._check_begins()
            run, tasks = self._records.with_tasks(request.run_id)
            if run["outcome"] is None:
                raise InvalidState(f"Run {request.run_id} is active: it can be repaired once it has ended.")
            last = run["repairs"][-1]["id"] if run["repairs"] else None
            if request.latest_repair_id != last:
                raise InvalidParameterValue(
                    f"latest_repair_id must be {last}, got {request.latest_repair_id}"
                )
            keys = {task["task"]["task_key"] for task in tasks}
            if unknown := sorted(set(request.rerun_tasks) - keys):
                raise InvalidParameterValue(f"Run {request.run_id} has no task {', '.join(unknown)}.")
            chosen = to_repair(
                tasks,
                request.rerun_tasks,
                all_failed=request.rerun_all_failed_tasks,
                dependent=request.rerun_dependent_tasks,
            )
            if not chosen:
                raise InvalidParameterValue(f"Run {request.run_id} has no failed task to run again.")
            repair_id = self._records.add_repair(
                request.run_id, chosen, request.overrides(), request.job_parameters
            )
            self._advance(request.run_id)
        return repair_id

    def _add(self, request: RunRequest, origin: Callable[[], Origin], if_full: Outcome | None = None) -> int:
        """Record a run and begin it; `if_full`: how it ends if its job has too many, None: it waits."""
        with self._lock:
            self._check_begins()
            known = origin()
            run_id, is_new = self._records.add(request, known)
            if is_new and known.is_queued and if_full:
                self._records.settle_run(run_id, if_full)
            elif is_new and not known.is_queued:
                self._advance(run_id)
        return run_id

    def _check_begins(self) -> None:
        if self._is_stopping:
            raise TemporarilyUnavailable("The workspace is stopping: no run can be started.")

    def _active_of(self, job_id: int) -> list[Document]:
        return [run for run in self._records.active() if run["job_id"] == job_id]

    def _advance(self, run_id: int) -> None:
        """Begin what can begin, end what never will; once the run has ended, what waits for that."""
        self._active = {each_id: each for each_id, each in self._active.items() if each.is_active()}
        while steps := self._steps(run_id):
            for task_run_id, outcome in steps:
                if outcome:
                    self._records.settle(task_run_id, outcome)
                else:
                    self._begin(task_run_id)
        run = self._records.run(run_id)
        if run["outcome"] is not None:
            self.services.job_clusters.run_ended(run_id)
            self._begin_queued(run["job_id"])

    def _steps(self, run_id: int) -> list[tuple[int, Outcome | None]]:
        run, tasks = self._records.with_tasks(run_id)
        if run.get("ending"):
            waiting = [task for task in tasks if task["life_cycle_state"] == "BLOCKED"]
            ending = Outcome(**run["ending"])
            return [(task["run_id"], ending) for task in waiting if task["outcome"] is None]
        unbegun = [
            (task["run_id"], None)
            for task in tasks
            if task["outcome"] is None
            and task["life_cycle_state"] in ("PENDING", "WAITING_FOR_RETRY")
            and task["run_id"] not in self._active
        ]
        return [*unbegun, *((step.task_run_id, step.outcome) for step in next_steps(tasks))]

    def _begin(self, task_run_id: int) -> None:
        task = self._records.task(task_run_id)
        assert task is not None  # noqa: S101 - it was just listed
        if task["life_cycle_state"] == "BLOCKED":
            self._records.update_task(task_run_id, life_cycle_state="PENDING")
        task_run = task_run_of(task, self.services, self, self._ended)
        self._active[task_run_id] = task_run
        task_run.start()

    def begin_iteration(self, loop_id: int, spec: TaskSpec, values: Values, attempt: int) -> int:
        """Begin an attempt (the first is 0) at a task run of a loop; its id."""
        with self._lock:
            fields = spec.model_dump(exclude_unset=True)
            task_run_id = self._records.add_iteration(loop_id, fields, values, attempt)
            self._begin(task_run_id)
        return task_run_id

    def _ended(self, task_run_id: int, outcome: Outcome) -> None:
        """A task run has come to its outcome."""
        with self._lock:
            task = self._records.task(task_run_id)
            if task is None or task["outcome"] is not None:
                return
            run = self._records.run(task["parent_run_id"])
            with self._records.together():
                if self._has_another_attempt(run, task, outcome):
                    self._records.add_attempt(task, "WAITING_FOR_RETRY")
                self._records.settle(task_run_id, outcome)
            self.services.job_clusters.task_ended(task)
            if not self._is_stopping:
                self._advance(run["run_id"])

    def _has_another_attempt(self, run: Document, task: Document, outcome: Outcome) -> bool:
        """Those of a loop are the loop's to begin."""
        is_over = self._is_stopping or bool(run.get("ending")) or "iteration_of" in task
        return not is_over and is_tried_again(task, outcome)

    def _begin_queued(self, job_id: int) -> None:
        """Let the oldest runs begin that wait, as many as the job may have now."""
        active = self._active_of(job_id)
        queued = [run for run in active if run["is_queued"]]
        free = self._jobs.most_concurrent(job_id) - (len(active) - len(queued))
        for run in queued[: max(0, free)]:
            self._records.update_run(run["run_id"], is_queued=False)
            self._advance(run["run_id"])

    def get(self, run_id: int) -> dict[str, Any]:
        """A whole run, or a task run as a run of its own."""
        task = self._records.task(run_id)
        if task is not None:
            run = self._records.run(task["parent_run_id"])
            iterations = self._records.iterations_of(task)
            return document.task_run(run, task, iterations, self._settings)
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
        """`RunOutput` of one task run: what it printed or returned, and its error if it failed."""
        task = self._task_with_output(run_id)
        return run_output(self.get(task["run_id"]), task, self._settings)

    def _task_with_output(self, run_id: int) -> Document:
        task = self._records.task(run_id)
        if task is not None:
            return task
        run, tasks = self._records.with_tasks(run_id)
        if not run["is_single_task"]:
            raise InvalidParameterValue(
                "Retrieving the output of runs with multiple tasks is not supported. "
                "Please retrieve the output of each individual task run instead."
            )
        return tasks[-1]

    def cells(self, task_run_id: int) -> list[dict[str, str]]:
        """The cells of a notebook's run, with their outputs; none of other tasks."""
        return cells(task_run_id, self._settings)

    def cancel(self, run_id: int) -> None:
        """Begin to end a run or a task run; nothing happens if it has ended."""
        with self._lock:
            if (task := self._records.task(run_id)) is not None:
                self._cancel_task(task)
                self._advance(task["parent_run_id"])
                return
            run, tasks = self._records.with_tasks(run_id)
            if run["outcome"] is not None:
                return
            self._records.update_run(run_id, ending=CANCELED.to_json())
            if run.get("is_queued"):
                self._records.settle_run(run_id, CANCELED)
            for task in tasks:
                self._cancel_task(task)
            self._advance(run_id)

    def _cancel_task(self, task: Document) -> None:
        if task_run := self._active.get(task["run_id"]):
            task_run.end_as(CANCELED)
        elif task["life_cycle_state"] == "BLOCKED":
            self._records.settle(task["run_id"], CANCELED)

    def cancel_all(self, job_id: int | None) -> None:
        """Begin to end every active run of a job, or of the workspace."""
        for run in self._records.active() if job_id is None else self._active_of(job_id):
            self.cancel(run["run_id"])

    def delete(self, run_id: int) -> None:
        """Forget a run that has ended; `InvalidState` for one that is active."""
        if self._records.run(run_id)["outcome"] is None:
            raise InvalidState(f"Run {run_id} is active: cancel it before you delete it.")
        for task_run_id in self._records.delete(run_id):
            shutil.rmtree(folder_of(task_run_id, self._settings), ignore_errors=True)


def _server_gone(how: str) -> Outcome:
    text = f"The local workspace server was {how} while the run was active."
    return internal_error(text, "DRIVER_ERROR", "CLOUD_FAILURE")
