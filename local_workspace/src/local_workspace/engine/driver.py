"""A cluster's Spark driver: one JVM with one SparkContext, to which job runs attach.

The JVM is started as PySpark's launcher does (`SparkSubmit pyspark-shell`, which opens a Py4J gateway), but
without its shell scripts: they demand a Java module that slim runtimes lack. Each run gets a gateway of its
own in that JVM (`Py4JServer`), so that closing it drops everything the run still holds there.
"""

import secrets
import struct
import subprocess
import sys
import threading
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyspark
from py4j.clientserver import (  # type: ignore[import-untyped]
    ClientServer,
    JavaParameters,
    PythonParameters,
)
from py4j.protocol import Py4JError, Py4JJavaError  # type: ignore[import-untyped]

from local_workspace.engine.cluster_spec import ClusterSpec
from local_workspace.engine.java import find_java
from local_workspace.engine.processes import Processes, base_environment
from local_workspace.engine.spark_conf import DEFAULT_HEAP, driver_conf, properties

_SECONDS_TO_START = 180.0
_SECONDS_TO_CANCEL = 20.0
_POLL_SECONDS = 0.02
# org.apache.spark.launcher.JavaModuleOptions, less the vector module.
_OPENED_PACKAGES = (
    "java.lang java.lang.invoke java.lang.reflect java.io java.net java.nio java.util java.util.concurrent "
    "java.util.concurrent.atomic jdk.internal.ref sun.nio.ch sun.nio.cs sun.security.action sun.util.calendar"
)
_JAVA_OPTIONS = [
    "-XX:+IgnoreUnrecognizedVMOptions",
    "-XX:+ExitOnOutOfMemoryError",
    *(f"--add-opens=java.base/{package}=ALL-UNNAMED" for package in _OPENED_PACKAGES.split()),
    "--add-opens=java.security.jgss/sun.security.krb5=ALL-UNNAMED",
    "--enable-native-access=ALL-UNNAMED",
    "--sun-misc-unsafe-memory-access=allow",
    "-Djdk.reflect.useDirectMethodHandle=false",
    "-Dio.netty.tryReflectionSetAccessible=true",
]


class DriverFailed(RuntimeError):
    """The JVM did not come up, or does not answer any more."""


@dataclass(frozen=True)
class Attachment:
    """A gateway into the driver for one run: its port on 127.0.0.1 and the secret that it asks for."""

    tag: str
    port: int
    secret: str = field(repr=False)
    server: Any = field(repr=False)

    @property
    def environment(self) -> dict[str, str]:
        """The variables by which PySpark finds a gateway that is there already."""
        return {"PYSPARK_GATEWAY_PORT": str(self.port), "PYSPARK_GATEWAY_SECRET": self.secret}


class Driver:
    """A running driver; every method may be called from any thread."""

    def __init__(self, process: subprocess.Popen[bytes], gateway: Any, processes: Processes) -> None:
        self.process = process
        self._gateway = gateway
        self._processes = processes
        jvm = gateway.jvm
        self._context = jvm.org.apache.spark.SparkContext.getOrCreate(jvm.org.apache.spark.SparkConf())
        self._without_checksum_files()
        jvm.org.apache.spark.sql.classic.SparkSession.builder().getOrCreate()
        self.context_id = secrets.randbits(62)

    def _without_checksum_files(self) -> None:
        """Spark must not check a file against a checksum of before the DBFS API wrote it anew."""
        jvm = self._gateway.jvm
        local = jvm.org.apache.hadoop.fs.FileSystem.get(
            jvm.java.net.URI("file:///"), self._context.hadoopConfiguration()
        )
        local.setWriteChecksum(False)
        local.setVerifyChecksum(False)

    def attach(self, tag: str) -> Attachment:
        """Open a gateway for a run. Every Spark job that comes through it carries `tag`, from any thread.

        Spark keeps tags in an inheritable thread local. They are set while the gateway starts, so its
        accepting thread has them, and every connection thread too: one for each thread of the run's Python.
        """
        jvm = self._gateway.jvm
        self._context.setJobGroup(tag, tag, True)
        self._context.addJobTag(tag)
        try:
            server = jvm.org.apache.spark.api.python.Py4JServer(jvm.org.apache.spark.SparkConf())
            server.start()
        finally:
            self._context.clearJobTags()
            self._context.clearJobGroup()
        return Attachment(tag, server.getListeningPort(), server.secret(), server)

    def detach(self, attachment: Attachment) -> None:
        """Close a run's gateway and cancel what it left running; return once none of its jobs is active.

        A fit between two of its jobs is not active, and starts its next one afterwards: that is why the whole
        job group is refused from now on, and why none must be seen several times in a row.
        """
        attachment.server.shutdown()
        if not self.active_jobs(attachment.tag):
            return
        self._context.cancelJobGroupAndFutureJobs(attachment.tag)
        deadline = time.monotonic() + _SECONDS_TO_CANCEL
        times_none = 0
        while times_none < 3:
            self._context.cancelJobsWithTag(attachment.tag)
            times_none = 0 if self.active_jobs(attachment.tag) else times_none + 1
            if time.monotonic() > deadline:
                raise DriverFailed(
                    f"Spark jobs of {attachment.tag} do not end: {self.active_jobs(attachment.tag)}"
                )
            time.sleep(_POLL_SECONDS)

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

    def stop(self) -> None:
        """End the JVM and its Python workers."""
        self._processes.end(self.process)


def launch(
    spec: ClusterSpec, name: str, folder: Path, dbfs: Path, processes: Processes, give_up: threading.Event
) -> Driver:
    """Start a driver in `folder` and wait until Spark answers.

    Raises `DriverFailed`, with the end of its log, if it does not come up or `give_up` is set before.
    """
    for needed in (folder / "local", folder / "tmp", dbfs):
        needed.mkdir(parents=True, exist_ok=True)
    connection = folder / "tmp" / "gateway"
    connection.unlink(missing_ok=True)
    conf = folder / "spark.properties"
    conf.touch(mode=0o600)
    conf.write_text(properties(driver_conf(spec, dbfs, folder)))
    process = processes.spawn(
        name,
        _command(spec, folder, conf),
        environment=_environment(spec, folder, connection),
        cwd=folder,
        output=folder / "driver.log",
    )
    try:
        return Driver(process, _connect(process, connection, give_up), processes)
    except (Py4JError, OSError, DriverFailed) as error:
        why = _description(error)
        processes.end(process)
        raise DriverFailed(f"The Spark driver did not start: {why}. Its log ends: {_log_end(folder)}") from error


def _command(spec: ClusterSpec, folder: Path, conf: Path) -> list[str]:
    heap = spec.spark_conf.get("spark.driver.memory", DEFAULT_HEAP)
    jars = Path(pyspark.__file__).parent / "jars" / "*"
    places = ["-cp", str(jars), f"-Xmx{heap}", f"-Djava.io.tmpdir={folder / 'tmp'}"]
    submit = ["org.apache.spark.deploy.SparkSubmit", "--properties-file", str(conf), "pyspark-shell"]
    return [str(find_java()), *places, *_JAVA_OPTIONS, *submit]


def _environment(spec: ClusterSpec, folder: Path, connection: Path) -> dict[str, str]:
    own = {
        "_PYSPARK_DRIVER_CONN_INFO_PATH": str(connection),
        "SPARK_HOME": str(Path(pyspark.__file__).parent),
        "SPARK_LOCAL_IP": "127.0.0.1",
        "SPARK_CONNECT_MODE": "0",
        "SPARK_ENV_LOADED": "1",
        "SPARK_SCALA_VERSION": "2.13",
        "PYSPARK_PYTHON": sys.executable,
    }
    return base_environment(folder) | spec.spark_env_vars | own


def _connect(process: subprocess.Popen[bytes], connection: Path, give_up: threading.Event) -> Any:
    deadline = time.monotonic() + _SECONDS_TO_START
    while not connection.exists():
        if process.poll() is not None:
            raise DriverFailed(f"the JVM ended with exit code {process.returncode}")
        if time.monotonic() > deadline:
            raise DriverFailed(f"no answer within {_SECONDS_TO_START:.0f} s")
        if give_up.wait(_POLL_SECONDS):
            raise DriverFailed("it is not wanted any more")
    port, length = struct.unpack(">ii", connection.read_bytes()[:8])
    secret = connection.read_bytes()[8 : 8 + length].decode()
    connection.unlink()
    return ClientServer(
        java_parameters=JavaParameters(port=port, auth_token=secret, auto_convert=True),
        python_parameters=PythonParameters(port=0, eager_load=False),
    )


def _description(error: Exception) -> str:
    """Asks the JVM, so it must still run: Py4J's own text of a Java exception is its whole stack trace."""
    return str(error.java_exception.toString()) if isinstance(error, Py4JJavaError) else str(error)


def _log_end(folder: Path, characters: int = 2000) -> str:
    log = folder / "driver.log"
    with log.open("rb") as file:
        file.seek(max(0, log.stat().st_size - characters))
        return file.read().decode(errors="replace")
