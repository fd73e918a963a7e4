"""A cluster's Spark driver: one JVM with one SparkContext, to which job runs attach.

Each run gets a Py4J gateway of its own in that JVM (`Py4JServer`), so that closing it drops everything that
the run still holds there.
"""

import secrets
import subprocess
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from py4j.protocol import Py4JError, Py4JJavaError  # type: ignore[import-untyped]

from local_workspace.clock import Clock
from local_workspace.clusters.spark.jvm import SECONDS_TO_START, DriverFailed, Jvm
from local_workspace.clusters.spark.session import session_class
from local_workspace.clusters.spark.tables import Tables
from local_workspace.processes.forked import ForkServer
from local_workspace.processes.processes import Processes

_SECONDS_TO_CANCEL = 20.0
_POLL_SECONDS = 0.02


@dataclass(frozen=True)
class Attachment:
    """A gateway into the driver for one run: its port on 127.0.0.1 and the secret that it asks for.

    `python` is the interpreter that has the driver's own PySpark.
    `tmp` is the node's folder for temporary files: as `/tmp` on Databricks, it is shared by the cluster's
    runs and lasts as long as the cluster. (Spark fetches a file that a run added whenever it needs it again.)
    `forks` forks the run's process; `python_path` leads to the cluster's own packages.
    """

    tag: str
    port: int
    tmp: Path
    python: str
    forks: ForkServer
    secret: str = field(repr=False)
    server: Any = field(repr=False)
    python_path: Mapping[str, str] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        """The variables by which PySpark finds a gateway that is there already, and Python the folder."""
        return {
            "PYSPARK_GATEWAY_PORT": str(self.port),
            "PYSPARK_GATEWAY_SECRET": self.secret,
            "PYSPARK_PYTHON": self.python,
            "TMPDIR": str(self.tmp),
            **self.python_path,
        }


class Driver:
    """A running driver; every method may be called from any thread."""

    def __init__(
        self,
        process: subprocess.Popen[bytes],
        gateway: Any,
        processes: Processes,
        clock: Clock,
        jvm: Jvm,
        forks: ForkServer,
    ) -> None:
        self.process = process
        self.forks = forks
        self._earlier_forks: list[ForkServer] = []
        self.jvm = jvm
        self.executors: list[str] = []
        self._gateway = gateway
        self._processes = processes
        self._clock = clock
        java = gateway.jvm
        self._context = java.org.apache.spark.SparkContext.getOrCreate(java.org.apache.spark.SparkConf())
        self._without_checksum_files()
        session_class(java).builder().getOrCreate()
        self._tables = Tables(java, jvm.tables) if jvm.tables else None
        self.context_id = secrets.randbits(62)

    def _without_checksum_files(self) -> None:
        """A model that is copied from `dbfs:/` to be logged gets no checksum files in its local folder."""
        java = self._gateway.jvm
        local = java.org.apache.hadoop.fs.FileSystem.get(
            java.java.net.URI("file:///"), self._context.hadoopConfiguration()
        )
        local.setWriteChecksum(False)
        local.setVerifyChecksum(False)

    def await_executors(self, give_up: threading.Event) -> None:
        """Wait until every worker has come; `executors` are their ids from then on."""
        wanted = self.jvm.workers.executors if self.jvm.workers else 0
        deadline = self._clock.now() + SECONDS_TO_START
        while len(self.executors) < wanted:
            if self._clock.now() > deadline:
                raise DriverFailed(
                    f"{len(self.executors)} of {wanted} workers came in {SECONDS_TO_START:.0f} s"
                )
            if self._clock.wait(give_up, _POLL_SECONDS):
                raise DriverFailed("it is not wanted any more")
            found = self._context.getExecutorIds()
            self.executors = [str(found.apply(index)) for index in range(found.size())]

    def attach(self, tag: str) -> Attachment:
        """Open a gateway for a run. Every Spark job that comes through it carries `tag`, from any thread.

        Spark keeps tags in an inheritable thread local. They are set while the gateway starts, so its
        accepting thread has them, and every connection thread too: one for each thread of the run's Python.
        """
        java = self._gateway.jvm
        if self._tables:
            self._tables.begin()
        self._context.setJobGroup(tag, tag, True)
        self._context.addJobTag(tag)
        try:
            server = java.org.apache.spark.api.python.Py4JServer(java.org.apache.spark.SparkConf())
            server.start()
        finally:
            self._context.clearJobTags()
            self._context.clearJobGroup()
        return Attachment(
            tag,
            server.getListeningPort(),
            self.jvm.tmp,
            self.jvm.environment.python,
            self.forks,
            server.secret(),
            server,
            self.jvm.python_path,
        )

    def detach(self, attachment: Attachment) -> None:
        """Close a run's gateway and cancel what it left running; return once none of its jobs is active.

        A fit between two of its jobs is not active, and starts its next one afterwards: that is why the whole
        job group is refused from now on, and why none must be seen several times in a row.
        """
        attachment.server.shutdown()
        if self._tables:
            self._tables.end()
        if not self.active_jobs(attachment.tag):
            return
        self._cancel_group(attachment.tag)
        deadline = self._clock.now() + _SECONDS_TO_CANCEL
        times_none, never = 0, threading.Event()
        while times_none < 3:
            self._context.cancelJobsWithTag(attachment.tag)
            times_none = 0 if self.active_jobs(attachment.tag) else times_none + 1
            if self._clock.now() > deadline:
                raise DriverFailed(
                    f"Spark jobs of {attachment.tag} do not end: {self.active_jobs(attachment.tag)}"
                )
            self._clock.wait(never, _POLL_SECONDS)

    def _cancel_group(self, group: str) -> None:
        """Refuse what the group would still start, too: Spark can do that from 4.0 on."""
        if self._context.version().startswith("3."):
            self._context.cancelJobGroup(group)
        else:
            self._context.cancelJobGroupAndFutureJobs(group)

    def active_jobs(self, tag: str) -> set[int]:
        """The ids of the Spark jobs with this tag that have not ended."""
        tracker = self._context.statusTracker()
        return set(tracker.getActiveJobIds()) & set(tracker.getJobIdsForTag(tag))

    def is_alive(self) -> bool:
        """Whether the JVM runs and answers."""
        if self.process.poll() is not None:
            return False
        try:
            return not self._context.isStopped()
        except (Py4JError, OSError):
            return False

    def renew_forks(self, imports: Sequence[str]) -> None:
        """Fork from now on from a process that has imported what is installed now; what runs goes on."""
        fresh = self.forks.another()
        fresh.start(imports)
        self._earlier_forks.append(self.forks)
        self.forks = fresh

    def stop(self) -> None:
        """End the JVM, its Python workers, and what was forked for its runs."""
        for forks in (*self._earlier_forks, self.forks):
            forks.stop()
        self._processes.end(self.process)


def launch(jvm: Jvm, name: str, processes: Processes, clock: Clock, give_up: threading.Event) -> Driver:
    """Start a driver and wait until Spark answers.

    Raises `DriverFailed`, with the end of its log, if it does not come up or `give_up` is set before.
    """
    process = jvm.start(name, processes)
    try:
        forks = ForkServer(
            f"fork server of the {name}",
            jvm.environment.python,
            processes,
            jvm.folder,
            jvm.python_environment,
            jvm.local_mounts,
        )
        driver = Driver(process, jvm.connect(process, clock, give_up), processes, clock, jvm, forks)
        driver.await_executors(give_up)
        return driver
    except (Py4JError, OSError, DriverFailed) as error:
        why = _description(error)
        processes.end(process)
        raise DriverFailed(f"The Spark driver did not start: {why}. Its log ends: {jvm.log_end()}") from error


def _description(error: Exception) -> str:
    """Asks the JVM, so it must still run: Py4J's own text of a Java exception is its whole stack trace."""
    return str(error.java_exception.toString()) if isinstance(error, Py4JJavaError) else str(error)
