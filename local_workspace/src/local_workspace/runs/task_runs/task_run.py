"""One task run in a thread of its own, from its beginning to its outcome."""

import logging
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from local_workspace.clock import Clock
from local_workspace.clusters.clusters import Clusters
from local_workspace.files.local_files import LocalFiles
from local_workspace.processes.processes import Processes
from local_workspace.runs.job_clusters import JobClusters
from local_workspace.runs.outcome import Outcome, internal_error, timed_out
from local_workspace.runs.records import RunRecords
from local_workspace.runs.references import Values
from local_workspace.runs.requests.task import TaskSpec
from local_workspace.settings import Settings
from local_workspace.store import Document

POLL_SECONDS = 0.1
_LOG = logging.getLogger(__name__)


class Launcher(Protocol):
    """What a task run asks of the runs: others of them."""

    def begin_iteration(self, loop_id: int, spec: TaskSpec, values: Values, attempt: int) -> int:
        """Begin an attempt (the first is 0) at a task run of a loop; its id."""

    def run_job(self, job_id: int, parameters: dict[str, str], handed_on: dict[str, str]) -> int:
        """Begin a run of a job; its id. Raises `WorkspaceError`.

        `handed_on`: parameters that it has if it knows them, before `parameters`.
        """

    def cancel(self, run_id: int) -> None:
        """Begin to end a run or task run."""


@dataclass(frozen=True)
class Services:
    """What task runs work with."""

    settings: Settings
    clock: Clock
    records: RunRecords
    processes: Processes
    clusters: Clusters
    job_clusters: JobClusters
    files: LocalFiles


class TaskRun(ABC):
    """One task run that has not ended. `ended` is told its id and outcome, once."""

    def __init__(
        self, run: Document, task: Document, services: Services, ended: Callable[[int, Outcome], None]
    ) -> None:
        self.run_id: int = task["run_id"]
        self.spec = TaskSpec.model_validate(task["task"])
        self.services = services
        self._run_id: int = run["run_id"]
        self._run_limit: int = run["timeout_seconds"]
        self._seconds_to_wait = task.get("wait_millis", 0) / 1000
        self._run_began = run["start_time"] / 1000
        self._began = services.clock.now()
        self._ended = ended
        self._end_as: Outcome | None = None
        self._woken = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"run {self.run_id}", daemon=True)

    @abstractmethod
    def carry_out(self) -> Outcome:
        """Do what the task is, until it is done or `interruption` says otherwise."""

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def end_as(self, outcome: Outcome) -> None:
        """End the run soon, with this outcome unless it has its own before."""
        self._end_as = self._end_as or outcome
        self._woken.set()

    def is_active(self) -> bool:
        """Whether the run is not settled yet."""
        return self._thread.is_alive() or self._thread.ident is None

    def join(self, seconds: float) -> None:
        """Wait until the run is settled."""
        self._thread.join(seconds)

    def interruption(self) -> Outcome | None:
        """Why the run must not go on, if so."""
        now = self.services.clock.now()
        if self._run_limit and now - self._run_began >= self._run_limit:
            outcome = timed_out(self._run_limit)
            self.services.records.update_run(self._run_id, ending=outcome.to_json())
            self.end_as(outcome)
        limit = self.spec.timeout_seconds
        if limit and now - self._began >= limit:
            self.end_as(timed_out(limit))
        return self._end_as

    def pause(self) -> None:
        """Let a moment pass; less if the run is ended meanwhile."""
        self.services.clock.wait(self._woken, POLL_SECONDS)

    def _run(self) -> None:
        try:
            outcome = self._wait_for_turn() or self.carry_out()
        except Exception as error:
            _LOG.exception("Run %s could not be carried out", self.run_id)
            text = f"The workspace failed to carry out the run ({type(error).__name__}); see its server.log."
            outcome = internal_error(text, "INTERNAL_ERROR", "INTERNAL_ERROR")
        self._ended(self.run_id, outcome)

    def _wait_for_turn(self) -> Outcome | None:
        """Until the pause between two attempts is over; an outcome if the run is ended before."""
        turn = self._began + self._seconds_to_wait
        while self.services.clock.now() < turn:
            if outcome := self.interruption():
                return outcome
            self.pause()
        if self._seconds_to_wait:
            self._began = self.services.clock.now()
            self.services.records.update_task(self.run_id, life_cycle_state="PENDING")
        return None
