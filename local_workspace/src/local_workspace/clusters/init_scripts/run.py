"""Runs a cluster's init scripts, one after the other, before Spark starts.

https://docs.databricks.com/aws/en/init-scripts/environment-variables
"""

import subprocess
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local_workspace.clusters.document import JOB
from local_workspace.clusters.init_scripts.script import InitScript
from local_workspace.clusters.libraries.environment import ClusterEnvironment
from local_workspace.clusters.spec import ClusterSpec
from local_workspace.errors import WorkspaceError
from local_workspace.files.local_files import LocalFiles
from local_workspace.processes.processes import Processes, base_environment

_POLL_SECONDS = 0.1


class InitScriptFailed(Exception):
    """A script is not there, or ended with another status than 0."""


@dataclass(frozen=True)
class Node:
    """The one node of a cluster: who it is, its folder, and what its processes find under other paths."""

    cluster_id: str
    source: str
    spec: ClusterSpec
    folder: Path
    environment: ClusterEnvironment
    mounts: Mapping[str, Path]

    @property
    def variables(self) -> dict[str, str]:
        """What a script finds in its environment; `pip` and `python` are those of the cluster."""
        own = {
            "DB_CLUSTER_ID": self.cluster_id,
            "DB_CLUSTER_NAME": self.spec.cluster_name,
            "DB_IS_DRIVER": "TRUE",
            "DB_IS_JOB_CLUSTER": "TRUE" if self.source == JOB else "FALSE",
            "DB_DRIVER_IP": "127.0.0.1",
            "DB_CONTAINER_IP": "127.0.0.1",
            "DB_INSTANCE_TYPE": self.spec.node_type_id,
            "SPARK_HOME": str(self.environment.runtime.spark_home),
            "DATABRICKS_ROOT_VIRTUALENV_ENV": str(self.environment.folder),
        }
        base = base_environment(self.folder) | self.spec.spark_env_vars | own
        return base | {"PATH": f"{self.environment.programs}:{base.get('PATH', '/usr/bin:/bin')}"}


class InitScripts:
    """Runs them on a node; `results` are as the cluster's events show them."""

    def __init__(self, node: Node, files: LocalFiles, processes: Processes) -> None:
        self._node = node
        self._files = files
        self._processes = processes
        self.results: list[dict[str, Any]] = []

    def run(self, give_up: threading.Event) -> None:
        """Run all of them. Raises `InitScriptFailed` for the first that fails; those after it are skipped."""
        scripts = self._node.spec.init_scripts
        for number, script in enumerate(scripts):
            began = time.monotonic()
            problem = self._run_one(number, script, give_up)
            status = "SUCCEEDED" if not problem else "FAILED_EXECUTION"
            self._note(script, status, round(time.monotonic() - began))
            if problem:
                for skipped in scripts[number + 1 :]:
                    self._note(skipped, "SKIPPED", 0)
                raise InitScriptFailed(f"Cluster scoped init script {script.destination} failed: {problem}")

    def _run_one(self, number: int, script: InitScript, give_up: threading.Event) -> str:
        try:
            file = self._files.path(script.destination)
        except WorkspaceError as error:
            return str(error)
        if not file.is_file():
            return "the script does not exist"
        log = self._node.folder / "init_scripts" / f"{number}.log"
        log.parent.mkdir(parents=True, exist_ok=True)
        process = self._processes.spawn(
            f"init script of {self._node.cluster_id}",
            ["/bin/bash", str(file)],
            environment=self._node.variables,
            cwd=self._node.folder,
            output=log,
            mounts=self._node.mounts,
        )
        while not give_up.is_set():
            try:
                process.wait(_POLL_SECONDS)
                break
            except subprocess.TimeoutExpired:
                continue
        self._processes.end(process)
        if not process.returncode:
            return ""
        return f"Script exit status is non-zero ({process.returncode}); its output is in {log}"

    def _note(self, script: InitScript, status: str, seconds: int) -> None:
        shown = script.model_dump(exclude_none=True)
        self.results.append(shown | {"status": status, "execution_duration_seconds": seconds})
