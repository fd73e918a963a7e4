"""Runs and their task runs in the store; both have ids from one series, so an id names one or the other."""

from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Any

from local_workspace.clock import Clock, milliseconds
from local_workspace.errors import InvalidParameterValue
from local_workspace.runs.flow import ended_as, whole_run
from local_workspace.runs.outcome import Outcome
from local_workspace.runs.requests.submit import RunRequest
from local_workspace.runs.wanted import Wanted
from local_workspace.store import Document, Store, is_one_of_fields


@dataclass(frozen=True)
class Origin:
    """Where a run comes from: nowhere but its request, or a job with parameters and what overrides them.

    `is_queued`: the run waits until it is let begin.
    """

    run_type: str = "SUBMIT_RUN"
    job_id: int | None = None
    parameters: dict[str, str] = field(default_factory=dict)
    defaults: dict[str, str] = field(default_factory=dict)
    overrides: dict[str, Any] = field(default_factory=dict)
    is_queued: bool = False


SUBMITTED = Origin()
# What the documents of roots do not have that were made before there were jobs.
_OF_BEFORE: Document = {
    "run_type": "SUBMIT_RUN",
    "job_clusters": [],
    "parameters": {},
    "defaults": {},
    "overrides": {},
    "is_queued": False,
    "repairs": [],
}
_TASK_OF_BEFORE: Document = {"attempt_number": 0, "first_attempt": 0}


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

    def together(self) -> AbstractContextManager[Any]:
        """While inside, what is read and written happens at once."""
        return self._store.transaction()

    def add(self, request: RunRequest, origin: Origin = SUBMITTED) -> tuple[int, bool]:
        """The id of a run for this request, and whether it is a new one.

        A request with an idempotency token that was seen before has the run of that time, whatever it became.
        """
        token = request.idempotency_token
        if token and origin.job_id:
            token = f"job {origin.job_id}: {token}"
        with self._store.transaction():
            known = self._tokens.get(token) if token else None
            if known is not None:
                self.run(known["run_id"])
                return int(known["run_id"]), False
            run_id = self._add(request, origin)
            if token:
                self._tokens.put(token, {"run_id": run_id})
            return run_id, True

    def _add(self, request: RunRequest, origin: Origin) -> int:
        run_id = self._store.next_number("run")
        now = milliseconds(self._clock.now())
        specs = [task.model_dump(exclude_unset=True) for task in request.tasks]
        document = {
            "run_id": run_id,
            "job_id": origin.job_id or self._store.next_number("job"),
            "run_type": origin.run_type,
            "run_name": request.run_name,
            "timeout_seconds": request.timeout_seconds,
            "is_single_task": request.is_single_task,
            "job_clusters": [each.model_dump(exclude_unset=True) for each in request.job_clusters],
            "parameters": origin.parameters,
            "defaults": origin.defaults,
            "overrides": origin.overrides,
            "is_queued": origin.is_queued,
            "task_run_ids": [self.add_task(run_id, spec, now) for spec in specs],
            "repairs": [],
            "start_time": now,
            "end_time": 0,
            "outcome": None,
        }
        self._runs.put(str(run_id), document)
        return run_id

    def add_task(self, run_id: int, spec: dict[str, Any], now: int, **fields: Any) -> int:
        """A task run that has not begun: BLOCKED if it waits for others, else PENDING."""
        task_run_id = self._store.next_number("run")
        document = {
            "run_id": task_run_id,
            "parent_run_id": run_id,
            "task": spec,
            "attempt_number": 0,
            "first_attempt": 0,
            "life_cycle_state": "BLOCKED" if spec.get("depends_on") else "PENDING",
            "start_time": now,
            "execution_start": 0,
            "execution_end": 0,
            "end_time": 0,
            "outcome": None,
        }
        self._tasks.put(str(task_run_id), document | fields)
        return task_run_id

    def add_attempt(self, task: Document, life_cycle_state: str, **fields: Any) -> int:
        """Another attempt at a task of a run, after its last one."""
        now = milliseconds(self._clock.now())
        with self._store.transaction():
            run = self.run(task["parent_run_id"])
            attempt = {
                "attempt_number": task["attempt_number"] + 1,
                "first_attempt": task["first_attempt"],
                "life_cycle_state": life_cycle_state,
                "wait_millis": task["task"].get("min_retry_interval_millis", 0),
            }
            task_run_id = self.add_task(run["run_id"], task["task"], now, **(attempt | fields))
            self.update_run(run["run_id"], task_run_ids=[*run["task_run_ids"], task_run_id])
        return task_run_id

    def add_iteration(self, loop_id: int, spec: dict[str, Any], values: dict[str, str], attempt: int) -> int:
        """A task run of a loop, with what `{{input}}` stands for in it."""
        now = milliseconds(self._clock.now())
        with self._store.transaction():
            loop = self.task(loop_id)
            assert loop is not None  # noqa: S101 - it goes on
            task_run_id = self.add_task(
                loop["parent_run_id"],
                spec,
                now,
                iteration_of=loop_id,
                input_values=values,
                attempt_number=attempt,
                wait_millis=spec.get("min_retry_interval_millis", 0) if attempt else 0,
            )
            ids = [*loop.get("iteration_run_ids", []), task_run_id]
            self.update_task(loop_id, iteration_run_ids=ids)
        return task_run_id

    def add_repair(
        self, run_id: int, tasks: list[Document], overrides: dict[str, Any], parameters: dict[str, str]
    ) -> int:
        """New attempts at these tasks in a run that has ended, which goes on; the id of the repair."""
        with self._store.transaction():
            run = self.run(run_id)
            repair_id = self._store.next_number("repair")
            repair = {
                "id": repair_id,
                "start_time": milliseconds(self._clock.now()),
                "ended_before": {"outcome": run["outcome"], "end_time": run["end_time"]},
                "task_run_ids": [
                    self.add_attempt(task, "BLOCKED", first_attempt=task["attempt_number"] + 1, wait_millis=0)
                    for task in tasks
                ],
            }
            self.update_run(
                run_id,
                repairs=[*run["repairs"], repair],
                overrides=run["overrides"] | overrides,
                parameters=run["parameters"] | parameters,
                outcome=None,
                ending=None,
                end_time=0,
            )
        return repair_id

    def run(self, run_id: int) -> Document:
        """A whole run; `InvalidParameterValue` if there is none, or it was deleted."""
        document = self._runs.get(str(run_id))
        if document is None:
            raise InvalidParameterValue(f"Run {run_id} does not exist.")
        return _OF_BEFORE | document

    def task(self, run_id: int) -> Document | None:
        """The task run with this id, if it is one."""
        found = self._tasks.get(str(run_id))
        return found and _TASK_OF_BEFORE | found

    def tasks_of(self, run: Document) -> list[Document]:
        """The task runs of a run, in the order of the request."""
        found = (self.task(task_run_id) for task_run_id in run["task_run_ids"])
        return [task for task in found if task is not None]

    def iterations_of(self, task: Document) -> list[Document]:
        """The task runs of a loop, oldest first."""
        found = (self.task(each) for each in task.get("iteration_run_ids", []))
        return [iteration for iteration in found if iteration is not None]

    def _iteration_ids(self, run: Document) -> list[int]:
        return [each for task in self.tasks_of(run) for each in task.get("iteration_run_ids", [])]

    def active(self) -> list[Document]:
        """Every run that has not ended, oldest first."""
        return [_OF_BEFORE | run for run in self._runs.values() if run["outcome"] is None]

    def with_tasks(self, run_id: int) -> tuple[Document, list[Document]]:
        """A run and its task runs, as they are at one moment; `InvalidParameterValue` if there is none."""
        with self._store.transaction():
            run = self.run(run_id)
            return run, self.tasks_of(run)

    def newest(self, wanted: Wanted, first: int, count: int) -> RunPage:
        """At most `count` of the wanted runs with their task runs, newest first, all of one moment."""
        with self._store.transaction():
            page = self._runs.newest(wanted.conditions(), first=first, count=count)
            found = [_OF_BEFORE | run for run in page.documents]
            return RunPage([(run, self.tasks_of(run)) for run in found], page.has_more)

    def newest_on_cluster(self, cluster_id: str, count: int) -> RunPage:
        """The runs of the `count` newest task runs on a cluster, each with its task runs, newest first."""
        on_it = [is_one_of_fields(("cluster_id", "task.existing_cluster_id"), cluster_id)]
        with self._store.transaction():
            page = self._tasks.newest(on_it, count=count)
            run_ids = dict.fromkeys(task["parent_run_id"] for task in page.documents)
            return RunPage([self.with_tasks(run_id) for run_id in run_ids], page.has_more)

    def update_run(self, run_id: int, **changes: Any) -> None:
        """Change fields of a run."""
        self._runs.update(str(run_id), **changes)

    def update_task(self, task_run_id: int, **changes: Any) -> None:
        """Change fields of a task run."""
        self._tasks.update(str(task_run_id), **changes)

    def begin(self, task_run_id: int, spark_context_id: int = 0) -> None:
        """The task's program runs, in the Spark context with this id (0: on no cluster)."""
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
        with self._store.transaction():
            task = self.task(task_run_id)
            if task is None or task["outcome"] is not None:
                return
            now = milliseconds(self._clock.now())
            self.update_task(task_run_id, outcome=outcome.to_json(), end_time=now)
            if "iteration_of" not in task:
                self._settle_run(task["parent_run_id"], now)

    def settle_run(self, run_id: int, outcome: Outcome) -> None:
        """The end of a run and of all its tasks that have not ended."""
        with self._store.transaction():
            for task in self.tasks_of(self.run(run_id)):
                for each in (*self.iterations_of(task), task):
                    self.settle(each["run_id"], outcome)

    def _settle_run(self, run_id: int, now: int) -> None:
        run = self.run(run_id)
        tasks = self.tasks_of(run)
        if any(task["outcome"] is None for task in tasks):
            return
        outcome = ended_as(run, tasks) or whole_run(tasks, is_single_task=run["is_single_task"])
        self._runs.update(str(run_id), outcome=outcome.to_json(), end_time=now, is_queued=False)

    def delete(self, run_id: int) -> list[int]:
        """Forget a run and its task runs, whose ids are returned; its idempotency token stays taken."""
        with self._store.transaction():
            run = self.run(run_id)
            task_run_ids = [*run["task_run_ids"], *self._iteration_ids(run)]
            for task_run_id in task_run_ids:
                self._tasks.delete(str(task_run_id))
            self._runs.delete(str(run_id))
        return task_run_ids
