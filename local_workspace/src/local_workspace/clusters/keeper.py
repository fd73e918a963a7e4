"""Keeps one cluster's driver: starts it, waits for its end or for the wish to end it, and cleans up."""

import shutil
import threading
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local_workspace.clock import Clock, milliseconds
from local_workspace.clusters import termination
from local_workspace.clusters.init_scripts.run import InitScriptFailed, InitScripts, Node
from local_workspace.clusters.libraries.environment import ClusterEnvironment
from local_workspace.clusters.libraries.libraries import ClusterLibraries, Place
from local_workspace.clusters.logs.conf import ClusterLogConf
from local_workspace.clusters.logs.delivery import SECONDS_BETWEEN, LogDelivery
from local_workspace.clusters.records import ClusterRecords
from local_workspace.clusters.runtimes.environments import Environment, environment_of, run_by
from local_workspace.clusters.spark.class_archive import java_options
from local_workspace.clusters.spark.driver import Driver, launch
from local_workspace.clusters.spark.executors import remove_homes
from local_workspace.clusters.spark.java import JavaNotFound, find_java
from local_workspace.clusters.spark.jvm import DriverFailed, Jvm
from local_workspace.clusters.spec import ClusterSpec
from local_workspace.clusters.termination import TerminationReason
from local_workspace.clusters.workers import in_words, this_machine, workers_of
from local_workspace.errors import WorkspaceError
from local_workspace.files.local_files import LocalFiles
from local_workspace.processes.processes import Processes
from local_workspace.settings import Kind, Settings

_POLL_SECONDS = 0.1
# What most runs import, and what takes them seconds.
IMPORTED_BY_RUNS = (
    "pyarrow.parquet",
    "pandas",
    "pyspark.ml.classification",
    "pyspark.ml.evaluation",
    "pyspark.ml.regression",
    "pyspark.sql.functions",
    "mlflow.pyfunc",
    "mlflow.spark",
    "databricks.sdk",
)


@dataclass(frozen=True)
class Means:
    """What keepers of clusters work with."""

    settings: Settings
    clock: Clock
    records: ClusterRecords
    processes: Processes
    files: LocalFiles
    libraries: ClusterLibraries


class ClusterKeeper:
    """One life of one cluster, from PENDING to TERMINATED, in a thread of its own."""

    def __init__(self, cluster_id: str, means: Means, spec: Callable[[], ClusterSpec]) -> None:
        self._spec = spec
        self.driver: Driver | None = None
        self._cluster_id = cluster_id
        self._means = means
        self._folder = means.settings.clusters / cluster_id
        self._clock, self._records, self._processes = means.clock, means.records, means.processes
        has_dbfs = means.settings.kind is Kind.CLASSIC
        self._logs = LogDelivery(cluster_id, self._folder, means.files, has_dbfs)
        self._log_conf: ClusterLogConf | None = None
        self._next_delivery = means.clock.now() + SECONDS_BETWEEN
        self._ending = threading.Event()
        self._woken = threading.Event()
        self._thread = threading.Thread(target=self._keep, name=f"cluster {cluster_id}", daemon=True)

    def start(self) -> None:
        """Begin to start the driver."""
        self._thread.start()

    def begin_to_end(self, reason: TerminationReason) -> None:
        """TERMINATING from now on; nothing happens if that was so before."""
        if self._records.set_terminating(self._cluster_id, reason):
            self._ending.set()
            self._woken.set()

    def begin_to_restart(self, user: str) -> None:
        """RESTARTING from now on, if it runs; nothing happens otherwise."""
        if self._records.set_restarting(self._cluster_id, user):
            self._woken.set()

    def join(self, seconds: float) -> None:
        """Wait until the cluster is TERMINATED."""
        self._thread.join(seconds)

    def _keep(self) -> None:
        while not self._ending.is_set():
            self._woken.clear()
            self._live()
            self._means.libraries.cluster_ended(self._cluster_id)
            self._deliver_logs()
            self._remove_working_files()
        self._records.set_terminated(self._cluster_id)

    def _live(self) -> None:
        """From the start of a driver to its end."""
        try:
            driver = self._launch()
        except InitScriptFailed as error:
            self.begin_to_end(termination.init_script_failed(error))
        except (DriverFailed, JavaNotFound, OSError, WorkspaceError) as error:
            self.begin_to_end(termination.startup_failure(error))
        else:
            driver.forks.start(IMPORTED_BY_RUNS)
            self.driver = driver
            self._begin_libraries(driver)
            self._records.set_running(self._cluster_id, self._nodes(driver), self._running_message(driver))
            self._wait_for_end(driver)
            driver.stop()

    def _begin_libraries(self, driver: Driver) -> None:
        place = Place(
            self._environment(driver.jvm.environment),
            driver.jvm.spec,
            lambda: driver.renew_forks(IMPORTED_BY_RUNS),
        )
        self._means.libraries.cluster_started(self._cluster_id, place)

    def _environment(self, runtime: Environment) -> ClusterEnvironment:
        return ClusterEnvironment(self._folder / "environment", runtime)

    def _launch(self) -> Driver:
        spec = self._spec()
        self._log_conf = spec.cluster_log_conf
        runtime = environment_of(spec.spark_version)
        java = find_java(newest_major=runtime.newest_java)
        options = java_options(java, runtime)
        own = self._environment(runtime)
        own.create()
        settings = self._means.settings
        local_mounts = settings.local_mounts | own.mounts
        self._run_init_scripts(spec, own, local_mounts)
        jvm = Jvm(
            java,
            options,
            spec,
            self._folder,
            settings.mounts,
            runtime,
            workers_of(spec, this_machine()),
            local_mounts,
            own.packages,
            settings.tables,
            settings.user_name,
        )
        name = f"driver of {self._cluster_id}"
        return launch(jvm, name, self._processes, self._clock, self._ending)

    def _run_init_scripts(self, spec: ClusterSpec, own: ClusterEnvironment, mounts: dict[str, Path]) -> None:
        if not spec.init_scripts:
            return
        source = str(self._records.get(self._cluster_id)["cluster_source"])
        node = Node(self._cluster_id, source, spec, self._folder, own, mounts)
        scripts = InitScripts(node, self._means.files, self._processes)
        self._records.change(self._cluster_id, "INIT_SCRIPTS_STARTED", {})
        try:
            scripts.run(self._ending)
        finally:
            details = {"init_scripts": {"cluster": scripts.results}}
            self._records.change(self._cluster_id, "INIT_SCRIPTS_FINISHED", details)

    def _wait_for_end(self, driver: Driver) -> None:
        while driver.process.poll() is None:
            # Its end may have begun before the driver was there, and woken nobody.
            if self._ending.is_set() or self._clock.wait(self._woken, _POLL_SECONDS):
                return
            if self._clock.now() >= self._next_delivery:
                self._deliver_logs()
        self.begin_to_end(
            termination.driver_lost(driver.process.returncode, str(self._folder / "driver.log"))
        )

    def _deliver_logs(self) -> None:
        """To where the cluster's `cluster_log_conf` says, if it says so."""
        now = self._clock.now()
        self._next_delivery = now + SECONDS_BETWEEN
        if self._log_conf is not None:
            self._records.note_logs(self._cluster_id, self._logs.deliver(self._log_conf, milliseconds(now)))

    def _running_message(self, driver: Driver) -> str:
        """Which Spark really runs, and how many workers."""
        jvm = driver.jvm
        said = run_by(jvm.spec.spark_version, jvm.environment)
        return f"{said} {in_words(jvm.spec, jvm.workers)}".rstrip()

    def message_after_resize(self) -> str:
        """The same of a cluster that was asked to have more or fewer workers."""
        if self.driver is None:
            return ""
        jvm = self.driver.jvm
        there = jvm.workers.executors if jvm.workers else 0
        said = run_by(jvm.spec.spark_version, jvm.environment)
        return f"{said} {there} workers run until it restarts: the local workspace does not resize Spark."

    def _nodes(self, driver: Driver) -> dict[str, Any]:
        return {
            "driver": self._node(f"driver-{driver.process.pid}"),
            "executors": [self._node(f"executor-{each}") for each in driver.executors],
            "spark_context_id": driver.context_id,
        }

    def _node(self, name: str) -> dict[str, Any]:
        return {
            "node_id": uuid.uuid4().hex,
            "instance_id": f"{self._cluster_id}-{name}",
            "private_ip": "127.0.0.1",
            "host_private_ip": "127.0.0.1",
            "public_dns": "",
            "start_timestamp": milliseconds(self._clock.now()),
        }

    def _remove_working_files(self) -> None:
        """The log stays; what Spark kept on disk while it ran, and the client's configuration, do not."""
        for folder in ("local", "tmp", "artifacts", "root", "environment"):
            shutil.rmtree(self._folder / folder, ignore_errors=True)
        remove_homes(self._folder)
        (self._folder / "spark.properties").unlink(missing_ok=True)
