"""A program on a cluster: wait for the cluster, install libraries, run the program, clean up."""

import logging
from collections.abc import Callable
from dataclasses import replace

from py4j.protocol import Py4JError  # type: ignore[import-untyped]

from local_workspace.clusters.clusters import ClusterUnusable
from local_workspace.clusters.libraries.library import Library
from local_workspace.clusters.spark.driver import Attachment, Driver
from local_workspace.clusters.spark.jvm import DriverFailed
from local_workspace.errors import WorkspaceError
from local_workspace.runs.outcome import CANCELED, SUCCEEDED, WORKLOAD_FAILED, Outcome, internal_error
from local_workspace.runs.process import RunProcess
from local_workspace.runs.task_runs.task_run import POLL_SECONDS, Services, TaskRun
from local_workspace.runs.tasks.task import RunContext, Task
from local_workspace.store import Document

_LOG = logging.getLogger(__name__)


class OnCluster(TaskRun):
    """A task that is a program."""

    def __init__(
        self,
        kind: Task,
        process: RunProcess,
        context: RunContext,
        run: Document,
        task: Document,
        services: Services,
        ended: Callable[[int, Outcome], None],
    ) -> None:
        super().__init__(run, task, services, ended)
        self._task = kind
        self._document = task
        self._process = process
        self._context = context
        self._cluster_id = ""
        self._clusters = self.services.clusters
        self._records = self.services.records

    def carry_out(self) -> Outcome:
        """Run it where it was asked for."""
        try:
            self._cluster_id = self.services.job_clusters.of_task(self._document)
        except WorkspaceError as error:
            return internal_error(f"The cluster of the run could not be created: {error}", "CLUSTER_ERROR")
        with self._clusters.used_by(self._cluster_id, self.run_id):
            return self._on_cluster()

    def _on_cluster(self) -> Outcome:
        if missing := self._task.missing(self._context.files):
            return internal_error(missing, "RESOURCE_NOT_FOUND")
        try:
            driver = self._clusters.wait_for_driver(self._cluster_id, lambda: self.interruption() is not None)
        except ClusterUnusable as error:
            return internal_error(str(error), error.code)
        if driver is None:
            return self.interruption() or CANCELED
        try:
            attachment = driver.attach(f"run-{self.run_id}")
        except (Py4JError, OSError):
            return self._lost()
        try:
            return self._install(attachment) or self._execute(driver, attachment)
        finally:
            self._clean_up(driver, attachment)

    def _install(self, attachment: Attachment) -> Outcome | None:
        """Install the task's libraries; an outcome if that fails."""
        cluster = self._clusters.spec(self._cluster_id)
        for library in self.spec.libraries:
            if why := library.refusal(cluster):
                return _not_installed(library, why)
            self._process.install(library.pip_arguments(self._context.files), attachment)
            while not self._process.wait(POLL_SECONDS):
                if outcome := self.interruption():
                    return outcome
            if why := self._process.why_not_installed():
                return _not_installed(library, why)
        return None

    def _execute(self, driver: Driver, attachment: Attachment) -> Outcome:
        program = self._task.program(self._context)
        common = {
            "cluster_id": self._cluster_id,
            "mounts": self.services.settings.local_paths,
            "tags": self._tags(),
        }
        program = replace(program, request=program.request | common)
        self._process.start(program, self._clusters.spec(self._cluster_id), attachment)
        self._records.begin(self.run_id, driver.context_id)
        while not self._process.wait(POLL_SECONDS):
            if outcome := self.interruption():
                return outcome
            if not self._has_driver(driver):
                return self._lost()
        if self._process.succeeded():
            return SUCCEEDED
        # The script may have failed because the driver is gone, and noticed before we did.
        return WORKLOAD_FAILED if self._has_driver(driver) and driver.is_alive() else self._lost()

    def _tags(self) -> dict[str, str]:
        """What the program may ask about its run."""
        values, settings = self._context.values, self.services.settings
        return {
            "jobId": values["job.id"],
            "jobName": values["job.name"],
            "runId": values["task.run_id"],
            "multitaskParentRunId": values["job.run_id"],
            "taskKey": values["task.name"],
            "user": settings.user_name,
            "orgId": str(settings.workspace_id),
        }

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


def _not_installed(library: Library, why: str) -> Outcome:
    text = f"Library installation failed for library due to user error. {library.to_wire()}: {why}"
    return internal_error(text, "LIBRARY_INSTALLATION_ERROR")
