"""One task run in a thread of its own: wait for the cluster, run the script, clean up, settle."""

import logging
import threading

from py4j.protocol import Py4JError  # type: ignore[import-untyped]

from local_workspace.clock import Clock
from local_workspace.clusters.clusters import Clusters, ClusterUnusable
from local_workspace.clusters.spark.driver import Attachment, Driver
from local_workspace.clusters.spark.jvm import DriverFailed
from local_workspace.runs.outcome import (
    CANCELED,
    SUCCEEDED,
    WORKLOAD_FAILED,
    Outcome,
    internal_error,
    timed_out,
)
from local_workspace.runs.process import RunProcess
from local_workspace.runs.records import RunRecords
from local_workspace.runs.tasks.kinds import task_in
from local_workspace.runs.tasks.task import RunContext
from local_workspace.store import Document

_POLL_SECONDS = 0.1
_LOG = logging.getLogger(__name__)


class TaskRun:
    """One task run that has not ended."""

    def __init__(
        self,
        run: Document,
        task: Document,
        clock: Clock,
        records: RunRecords,
        clusters: Clusters,
        process: RunProcess,
        context: RunContext,
    ) -> None:
        self.run_id: int = task["run_id"]
        said = task["task"]
        self._task = task_in(said)
        self._cluster_id: str = said["existing_cluster_id"]
        self._limits = [run["timeout_seconds"], said.get("timeout_seconds", 0)]
        self._started = clock.now()
        self._clock = clock
        self._records = records
        self._clusters = clusters
        self._process = process
        self._context = context
        self._end_as: Outcome | None = None
        self._thread = threading.Thread(target=self._run, name=f"run {self.run_id}", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def end_as(self, outcome: Outcome) -> None:
        """End the run soon, with this outcome unless it has its own before."""
        self._end_as = self._end_as or outcome

    def is_active(self) -> bool:
        """Whether the run is not settled yet."""
        return self._thread.is_alive() or self._thread.ident is None

    def join(self, seconds: float) -> None:
        """Wait until the run is settled."""
        self._thread.join(seconds)

    def _interruption(self) -> Outcome | None:
        """Why the run must not go on, if so."""
        for seconds in self._limits:
            if seconds and self._clock.now() - self._started >= seconds:
                self.end_as(timed_out(seconds))
        return self._end_as

    def _run(self) -> None:
        try:
            with self._clusters.used_by(self._cluster_id, self.run_id):
                outcome = self._on_cluster()
        except Exception as error:
            _LOG.exception("Run %s could not be carried out", self.run_id)
            text = f"The workspace failed to carry out the run ({type(error).__name__}); see its server.log."
            outcome = internal_error(text, "INTERNAL_ERROR", "INTERNAL_ERROR")
        self._records.settle(self.run_id, outcome)

    def _on_cluster(self) -> Outcome:
        if missing := self._task.missing(self._context.files):
            return internal_error(missing, "RESOURCE_NOT_FOUND")
        try:
            driver = self._clusters.wait_for_driver(
                self._cluster_id, lambda: self._interruption() is not None
            )
        except ClusterUnusable as error:
            return internal_error(str(error), error.code)
        if driver is None:
            return self._interruption() or CANCELED
        try:
            attachment = driver.attach(f"run-{self.run_id}")
        except (Py4JError, OSError):
            return self._lost()
        try:
            return self._execute(driver, attachment)
        finally:
            self._clean_up(driver, attachment)

    def _execute(self, driver: Driver, attachment: Attachment) -> Outcome:
        program = self._task.program(self._context)
        self._process.start(program, self._clusters.spec(self._cluster_id), attachment)
        self._records.begin(self.run_id, driver.context_id)
        while not self._process.wait(_POLL_SECONDS):
            if outcome := self._interruption():
                return outcome
            if not self._has_driver(driver):
                return self._lost()
        if self._process.succeeded():
            return SUCCEEDED
        # The script may have failed because the driver is gone, and noticed before we did.
        return WORKLOAD_FAILED if self._has_driver(driver) and driver.is_alive() else self._lost()

    def _has_driver(self, driver: Driver) -> bool:
        return driver.process.poll() is None and self._clusters.state_of(self._cluster_id)[0] == "RUNNING"

    def _clean_up(self, driver: Driver, attachment: Attachment) -> None:
        self._records.begin_cleanup(self.run_id)
        try:
            self._process.end()
        finally:
            self._detach(driver, attachment)

    def _detach(self, driver: Driver, attachment: Attachment) -> None:
        try:
            driver.detach(attachment)
        except (Py4JError, OSError):
            _LOG.info("Run %s: its driver is gone, and its Spark jobs with it", self.run_id)
        except DriverFailed:
            _LOG.exception("Run %s", self.run_id)

    def _lost(self) -> Outcome:
        _, reason = self._clusters.state_of(self._cluster_id)
        if reason == "USER_REQUEST":
            text = f"Cluster {self._cluster_id} was terminated by a user while the run was active."
            return internal_error(text, "CLUSTER_ERROR")
        why = reason or "it does not answer"
        text = f"The Spark driver of cluster {self._cluster_id} has stopped unexpectedly ({why})."
        return internal_error(text, "DRIVER_ERROR", "CLOUD_FAILURE")
