"""The JVM of a driver: its command line, its environment, and the Py4J gateway that it opens.

It is started as PySpark's launcher does (`SparkSubmit pyspark-shell`), but without its shell scripts: they
demand a Java module that slim runtimes lack.
"""

import struct
import subprocess
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from py4j.clientserver import (  # type: ignore[import-untyped]
    ClientServer,
    JavaParameters,
    PythonParameters,
)

from local_workspace.clock import Clock
from local_workspace.clusters.runtimes.environments import OWN, Environment
from local_workspace.clusters.spark.conf import DEFAULT_HEAP, driver_conf, properties
from local_workspace.clusters.spark.executors import log_ends, write_homes
from local_workspace.clusters.spec import ClusterSpec
from local_workspace.clusters.workers import Workers
from local_workspace.processes.processes import Processes, base_environment

SECONDS_TO_START = 180.0
_POLL_SECONDS = 0.02
# org.apache.spark.launcher.JavaModuleOptions, less the vector module.
_OPENED_PACKAGES = (
    "java.lang java.lang.invoke java.lang.reflect java.io java.net java.nio java.util java.util.concurrent "
    "java.util.concurrent.atomic jdk.internal.ref sun.nio.ch sun.nio.cs sun.security.action sun.util.calendar"
)
_JAVA_OPTIONS = [
    # A cluster here lives for minutes, which is too short for the second compiler to earn its time back.
    "-XX:TieredStopAtLevel=1",
    # Half the memory of the default collector, at the same speed: nodes here have few cores and small heaps.
    "-XX:+UseSerialGC",
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
class Jvm:
    """How to start a driver's JVM: Java and its options, the cluster, its folder, what is below `dbfs:/`.

    With `workers`, the JVM starts them. Spark is that of `environment`.
    """

    java: Path
    java_options: list[str]
    spec: ClusterSpec
    folder: Path
    mounts: Mapping[str, Path]
    environment: Environment = OWN
    workers: Workers | None = None
    local_mounts: Mapping[str, Path] | None = None
    # Where the cluster's own packages are, if it may have any.
    packages: Path | None = None
    # Where the definitions of tables are that all clusters share, if it takes part.
    tables: Path | None = None
    # Who `current_user()` is; whoever runs the server if "".
    user: str = ""

    @property
    def tmp(self) -> Path:
        """The node's folder for temporary files."""
        return self.folder / "tmp"

    @property
    def _connection(self) -> Path:
        """Where the gateway's port and secret are written."""
        return self.tmp / "gateway"

    def start(self, name: str, processes: Processes) -> subprocess.Popen[bytes]:
        """Start the process; `name` is its name among the server's children."""
        for needed in (self.folder / "local", self.tmp, *self.mounts.values()):
            needed.mkdir(parents=True, exist_ok=True)
        self._connection.unlink(missing_ok=True)
        conf = self.folder / "spark.properties"
        conf.touch(mode=0o600)  # it may hold secrets
        conf.write_text(properties(driver_conf(self.spec, self.workers, self.mounts, self.folder)))
        return processes.spawn(
            name,
            self._command(conf),
            environment=self._environment(),
            cwd=self.folder,
            output=self.folder / "driver.log",
            mounts=self.local_mounts,
        )

    def _command(self, conf: Path) -> list[str]:
        heap = self.spec.spark_conf.get("spark.driver.memory", DEFAULT_HEAP)
        submit = ["org.apache.spark.deploy.SparkSubmit", "--properties-file", str(conf), "pyspark-shell"]
        return [*self._java_command, f"-Xmx{heap}", *submit]

    @property
    def _java_command(self) -> list[str]:
        """What the driver and its executors have in common."""
        places = ["-cp", str(self.environment.spark_home / "jars" / "*"), f"-Djava.io.tmpdir={self.tmp}"]
        return [str(self.java), *places, *_JAVA_OPTIONS, *self.java_options]

    @property
    def python_environment(self) -> dict[str, str]:
        """The variables of every Python process of the cluster, before its own."""
        return base_environment(self.folder) | self.spec.spark_env_vars | self.python_path

    @property
    def python_path(self) -> dict[str, str]:
        """The variable by which Python finds the cluster's own packages, before those of its runtime."""
        if self.packages is None:
            return {}
        named = self.spec.spark_env_vars.get("PYTHONPATH")
        return {"PYTHONPATH": ":".join([str(self.packages), *([named] if named else [])])}

    def _environment(self) -> dict[str, str]:
        spark_home = self.environment.spark_home
        homes = write_homes(self.folder, spark_home, self._java_command) if self.workers else {}
        own = {
            "_PYSPARK_DRIVER_CONN_INFO_PATH": str(self._connection),
            "SPARK_HOME": str(spark_home),
            "SPARK_LOCAL_IP": "127.0.0.1",
            "SPARK_CONNECT_MODE": "0",
            "SPARK_ENV_LOADED": "1",
            "SPARK_SCALA_VERSION": self.environment.scala,
            "PYSPARK_PYTHON": self.environment.python,
        }
        user = {"SPARK_USER": self.user} if self.user else {}
        return user | self.python_environment | own | homes

    def connect(self, process: subprocess.Popen[bytes], clock: Clock, give_up: threading.Event) -> Any:
        """The gateway of a JVM that was started, once it is open; `DriverFailed` if it does not open."""
        deadline = clock.now() + SECONDS_TO_START
        while not self._connection.exists():
            if process.poll() is not None:
                raise DriverFailed(f"the JVM ended with exit code {process.returncode}")
            if clock.now() > deadline:
                raise DriverFailed(f"no answer within {SECONDS_TO_START:.0f} s")
            if clock.wait(give_up, _POLL_SECONDS):
                raise DriverFailed("it is not wanted any more")
        written = self._connection.read_bytes()
        self._connection.unlink()
        port, length = struct.unpack(">ii", written[:8])
        return ClientServer(
            java_parameters=JavaParameters(
                port=port, auth_token=written[8 : 8 + length].decode(), auto_convert=True
            ),
            python_parameters=PythonParameters(port=0, eager_load=False),
        )

    def log_end(self, characters: int = 2000) -> str:
        """The end of what the JVM and its executors have written, for an error's text."""
        log = self.folder / "driver.log"
        with log.open("rb") as file:
            file.seek(max(0, log.stat().st_size - characters))
            return file.read().decode(errors="replace") + log_ends(self.folder)
