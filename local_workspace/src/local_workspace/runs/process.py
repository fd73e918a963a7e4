"""The process of one task run: what it is given, and what it leaves."""

import json
import signal
import subprocess
from dataclasses import dataclass
from pathlib import Path

from local_workspace.clusters.libraries.pip import pip_install
from local_workspace.clusters.runtimes.offered import runtime_version
from local_workspace.clusters.spark.driver import Attachment
from local_workspace.clusters.spec import ClusterSpec
from local_workspace.processes.fork_server import Request
from local_workspace.processes.forked import CannotFork
from local_workspace.processes.processes import Child, Processes, base_environment
from local_workspace.runs.tasks.task import Program
from local_workspace.settings import Settings


@dataclass(frozen=True)
class Result:
    """What a run's process left: nothing after a success, else its last line and whole traceback."""

    error: str | None = None
    error_trace: str | None = None


class RunProcess:
    """A task run's own Python, attached to a driver. Its folder keeps `output.log` after the end."""

    def __init__(self, run_id: int, settings: Settings, processes: Processes) -> None:
        self._run_id = run_id
        self._settings = settings
        self._processes = processes
        self.folder = settings.runs / str(run_id)
        self._request = self.folder / "request.json"
        self._result = self.folder / "result.json"
        self._libraries = self.folder / "libraries"
        self._process: Child | None = None

    def install(self, arguments: list[str], attachment: Attachment) -> None:
        """Begin to install a library into the run's own folder; `wait` for it."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self._process = self._processes.spawn(
            f"pip of run {self._run_id}",
            pip_install(attachment.python, self._libraries, arguments),
            environment=base_environment(self.folder) | attachment.environment,
            cwd=self.folder,
            output=self.folder / "pip.log",
        )

    def why_not_installed(self) -> str:
        """The last line of pip about what it could not install; "" if it could."""
        process, self._process = self._process, None
        assert process is not None  # noqa: S101 - it has been waited for
        self._processes.end(process)
        lines = (self.folder / "pip.log").read_text(errors="replace").strip().splitlines()
        return (lines or ["pip failed"])[-1] if process.returncode else ""

    def start(self, program: Program, cluster: ClusterSpec, attachment: Attachment) -> None:
        """Begin to run a task's program, attached to a driver of `cluster`: forked where that is possible."""
        self.folder.mkdir(parents=True, exist_ok=True)
        own = {
            "result": str(self._result),
            "folder": str(self.folder),
            "libraries": str(self._libraries),
            "pip": pip_install(attachment.python, self._libraries, []),
        }
        self._request.write_text(json.dumps(program.request | own))
        request: Request = {
            "name": f"run {self._run_id}",
            "module": program.module,
            "arguments": [str(self._request)],
            "environment": base_environment(self.folder)
            | run_variables(self._settings, cluster)
            | attachment.environment,
            "folder": str(self.folder),
        }
        output = self.folder / "output.log"
        try:
            self._process = attachment.forks.fork(request, output)
        except CannotFork:
            self._process = self._processes.spawn(
                request["name"],
                [attachment.python, "-u", "-P", "-m", program.module, *request["arguments"]],
                environment=request["environment"],
                cwd=self.folder,
                output=output,
                mounts=self._settings.local_mounts,
            )

    def wait(self, seconds: float) -> bool:
        """Whether the process has ended, after at most `seconds`."""
        try:
            return self._process is None or self._process.wait(seconds) is not None
        except subprocess.TimeoutExpired:
            return False

    def end(self) -> None:
        """Kill what still runs of the process and its children, and remove its request."""
        if self._process is not None:
            self._processes.end(self._process)
            self._processes.end_strays(self.folder)
            if not self._result.exists():
                self._keep_end(self._process.returncode)
        self._request.unlink(missing_ok=True)

    def _keep_end(self, code: int) -> None:
        """The script had no chance to tell what became of it."""
        how = f"by signal {_signal_name(-code)}" if code < 0 else f"with exit code {code}"
        text = f"The Python process of the run ended {how} before its script did."
        self._result.write_text(json.dumps({"error": text, "error_trace": text}))

    def succeeded(self) -> bool:
        """Whether the script came to its end without an exception, after the end of the process."""
        return self._result.exists() and self.result().error is None

    def result(self) -> Result:
        """What became of the script, after the end of the process."""
        return read_result(self.folder)


def read_result(folder: Path) -> Result:
    """What became of the script of a run with this folder, after the end of its process."""
    written = json.loads((folder / "result.json").read_text())
    return Result(_as_unicode(written["error"]), _as_unicode(written["error_trace"]))


def run_variables(settings: Settings, cluster: ClusterSpec) -> dict[str, str]:
    """What a cluster gives to its runs: its own variables, and those by which clients find the workspace.

    MLflow finds it by the URI `databricks`, as on Databricks. Who wants the http URI sets MLFLOW_TRACKING_URI
    in the cluster's `spark_env_vars`; that client needs the token under another name.
    """
    tracking_uri = cluster.spark_env_vars.get("MLFLOW_TRACKING_URI", "databricks")
    by_http = {"MLFLOW_TRACKING_TOKEN": settings.token} if tracking_uri == settings.origin else {}
    own = {
        "DATABRICKS_RUNTIME_VERSION": runtime_version(cluster.spark_version),
        "DATABRICKS_HOST": settings.origin,
        "DATABRICKS_TOKEN": settings.token,
        "MLFLOW_TRACKING_URI": tracking_uri,
        "MLFLOW_DISABLE_TELEMETRY": "true",
    }
    return cluster.spark_env_vars | own | by_http


def _as_unicode(text: str | None) -> str | None:
    """An exception's text may hold half of a surrogate pair, which no answer can."""
    return text.encode(errors="replace").decode() if text is not None else None


def _signal_name(number: int) -> str:
    """SIGKILL of 9; the number itself for a signal without a name, as most real-time signals are."""
    try:
        return signal.Signals(number).name
    except ValueError:
        return str(number)
