"""Runs and their task runs in the store; both have ids from one series, so an id names one or the other."""

import threading
from dataclasses import dataclass
from typing import Any

from local_workspace.clock import Clock, milliseconds
from local_workspace.errors import InvalidParameterValue
from local_workspace.runs.outcome import Outcome, whole_run
from local_workspace.runs.spec import SubmitRun, SubmitTask
from local_workspace.store import Condition, Document, Store, is_among, is_between, is_set, is_unset


@dataclass(frozen=True)
class Wanted:
    """Which runs a list is about; times are epoch milliseconds."""

    active_only: bool = False
    completed_only: bool = False
    job_id: int | None = None
    start_time_from: int = 0
    start_time_to: int | None = None

    def conditions(self) -> list[Condition]:
        """For the documents of runs."""
        found = [is_between("start_time", self.start_time_from, self.start_time_to)]
        if self.active_only:
            found.append(is_unset("outcome"))
        if self.completed_only:
            found.append(is_set("outcome"))
        if self.job_id is not None:
            found.append(is_between("job_id", self.job_id, self.job_id))
        return found


@dataclass(frozen=True)
class RunPage:
    """Some runs of a list, each with its task runs, and whether there are more after them."""

    runs: list[tuple[Document, list[Document]]]
    has_more: bool


class RunRecords:
    """Documents of runs. Times are epoch milliseconds, 0 where something has not happened yet."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._store = store
        self._runs = store.collection("runs")
        self._tasks = store.collection("task_runs")
        self._tokens = store.collection("idempotency_tokens")
        self._clock = clock
        self._lock = threading.RLock()

    def add(self, request: SubmitRun) -> tuple[int, bool]:
        """The id of a run for this request, and whether it is a new one.

        A request with an idempotency token that was seen before has the run of that time, whatever it became.
        """
        token = request.idempotency_token
        with self._lock, self._store.transaction():
            known = self._tokens.get(token) if token else None
            if known is not None:
                self.run(known["run_id"])
                return int(known["run_id"]), False
            run_id = self._add(request)
            if token:
                self._tokens.put(token, {"run_id": run_id})
            return run_id, True

    def _add(self, request: SubmitRun) -> int:
        run_id = self._store.next_number("run")
        now = milliseconds(self._clock.now())
        task_run_ids = [self._add_task(run_id, task, now) for task in request.tasks]
        document = {
            "run_id": run_id,
            "job_id": self._store.next_number("job"),
            "run_name": request.run_name,
            "timeout_seconds": request.timeout_seconds,
            "is_single_task": request.is_single_task,
            "task_run_ids": task_run_ids,
            "start_time": now,
            "end_time": 0,
            "outcome": None,
        }
        self._runs.put(str(run_id), document)
        return run_id

    def _add_task(self, run_id: int, task: SubmitTask, now: int) -> int:
        task_run_id = self._store.next_number("run")
        document = {
            "run_id": task_run_id,
            "parent_run_id": run_id,
            "task": task.model_dump(exclude_unset=True),
            "life_cycle_state": "PENDING",
            "start_time": now,
            "execution_start": 0,
            "execution_end": 0,
            "end_time": 0,
            "outcome": None,
        }
        self._tasks.put(str(task_run_id), document)
        return task_run_id

    def run(self, run_id: int) -> Document:
        """A whole run; `InvalidParameterValue` if there is none, or it was deleted."""
        document = self._runs.get(str(run_id))
        if document is None:
            raise InvalidParameterValue(f"Run {run_id} does not exist.")
        return document

    def task(self, run_id: int) -> Document | None:
        """The task run with this id, if it is one."""
        return self._tasks.get(str(run_id))

    def tasks_of(self, run: Document) -> list[Document]:
        """The task runs of a run, in the order of the request."""
        found = (self._tasks.get(str(task_run_id)) for task_run_id in run["task_run_ids"])
        return [task for task in found if task is not None]

    def active(self) -> list[Document]:
        """Every run that has not ended, oldest first."""
        return [run for run in self._runs.values() if run["outcome"] is None]

    def with_tasks(self, run_id: int) -> tuple[Document, list[Document]]:
        """A run and its task runs, as they are at one moment; `InvalidParameterValue` if there is none."""
        with self._store.transaction():
            run = self.run(run_id)
            return run, self.tasks_of(run)

    def newest(self, wanted: Wanted, first: int, count: int) -> RunPage:
        """At most `count` of the wanted runs with their task runs, newest first, all of one moment."""
        with self._store.transaction():
            page = self._runs.newest(wanted.conditions(), first=first, count=count)
            return RunPage([(run, self.tasks_of(run)) for run in page.documents], page.has_more)

    def newest_on_cluster(self, cluster_id: str, count: int) -> RunPage:
        """The runs of the `count` newest task runs on a cluster, each with its task runs, newest first."""
        on_it = [is_among("task.existing_cluster_id", [cluster_id])]
        with self._store.transaction():
            page = self._tasks.newest(on_it, count=count)
            run_ids = dict.fromkeys(task["parent_run_id"] for task in page.documents)
            return RunPage([self.with_tasks(run_id) for run_id in run_ids], page.has_more)

    def update_task(self, task_run_id: int, **changes: Any) -> None:
        """Change fields of a task run."""
        self._tasks.update(str(task_run_id), **changes)

    def begin(self, task_run_id: int, spark_context_id: int) -> None:
        """The task's script runs, in the Spark context with this id."""
        now = milliseconds(self._clock.now())
        self.update_task(
            task_run_id, life_cycle_state="RUNNING", execution_start=now, spark_context_id=spark_context_id
        )

    def begin_cleanup(self, task_run_id: int) -> None:
        """The task's script has ended or is being ended."""
        self.update_task(
            task_run_id, life_cycle_state="TERMINATING", execution_end=milliseconds(self._clock.now())
        )

    def settle(self, task_run_id: int, outcome: Outcome) -> None:
        """The end of a task run, and of its run if it was the last; nothing happens to one that has ended."""
        with self._lock, self._store.transaction():
            task = self._tasks.get(str(task_run_id))
            if task is None or task["outcome"] is not None:
                return
            now = milliseconds(self._clock.now())
            self.update_task(task_run_id, outcome=outcome.to_json(), end_time=now)
            self._settle_run(task["parent_run_id"], now)

    def _settle_run(self, run_id: int, now: int) -> None:
        run = self.run(run_id)
        tasks = self.tasks_of(run)
        if any(task["outcome"] is None for task in tasks):
            return
        outcomes = [(task["task"]["task_key"], Outcome(**task["outcome"])) for task in tasks]
        outcome = whole_run(outcomes, run["is_single_task"])
        self._runs.update(str(run_id), outcome=outcome.to_json(), end_time=now)

    def delete(self, run_id: int) -> list[int]:
        """Forget a run and its task runs, whose ids are returned; its idempotency token stays taken."""
        with self._lock, self._store.transaction():
            task_run_ids: list[int] = self.run(run_id)["task_run_ids"]
            for task_run_id in task_run_ids:
                self._tasks.delete(str(task_run_id))
            self._runs.delete(str(run_id))
        return task_run_ids
