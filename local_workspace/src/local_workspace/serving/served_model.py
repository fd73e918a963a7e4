"""One served version: a scoring server in a process of its own, watched and started again when it dies."""

import contextlib
import shutil
import subprocess
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import httpx

from local_workspace.clock import Clock
from local_workspace.errors import WorkspaceError
from local_workspace.processes.processes import Processes, base_environment
from local_workspace.serving.packages import Packages, packages_of
from local_workspace.serving.schema.signature import Signature, signature_of
from local_workspace.serving.scorer_client import ScorerClient
from local_workspace.serving.spark_flavor import spark_environment

SCRIPT = Path(__file__).with_name("scoring_server.py")
SECONDS_TO_ANSWER = 180.0
POLL_SECONDS = 0.1
RESTARTS = 3
LOG_TAIL = 2000

CREATING, READY, FAILED, ABORTED, RECOVERING = (
    f"DEPLOYMENT_{state}" for state in ("CREATING", "READY", "FAILED", "ABORTED", "RECOVERING")
)


FindModel = Callable[[], Path]


@dataclass(frozen=True)
class Places:
    """Where a served version keeps its copy of the model, and where it listens."""

    folder: Path
    socket: Path


class ServedModel:
    """A copy of a model's files and the process that scores with them; nothing else is in its environment.

    `state` and `message` are Databricks' deployment state and text. Threads: one that watches the process.
    """

    def __init__(
        self, label: str, model: FindModel, places: Places, processes: Processes, clock: Clock
    ) -> None:
        self.state = CREATING
        self.message = "Creating resources for served entity."
        self._label = label
        self._find_model = model
        self._folder = places.folder
        self._socket = places.socket
        self._processes = processes
        self._clock = clock
        self._stopping = threading.Event()
        self._settled = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None
        self._thread = threading.Thread(target=self._supervise, name=f"served model {label}", daemon=True)
        self.scorer = ScorerClient(self._socket)

    def start(self, environment: dict[str, str]) -> None:
        """Start it; `await_outcome` tells how that went."""
        self._environment = environment
        self._thread.start()

    def await_outcome(self) -> bool:
        """Wait until it has answered (True), or has failed or been stopped (False)."""
        self._settled.wait()
        return self.state == READY

    def stop(self) -> None:
        """End the process and remove its files."""
        self._stopping.set()
        process = self._process
        if process is not None:
            self._processes.end(process)
        self._thread.join()
        self.scorer.close()
        self._socket.unlink(missing_ok=True)
        shutil.rmtree(self._folder, ignore_errors=True)

    @property
    def is_stopped(self) -> bool:
        """Whether it was told to end, and so does not answer any more."""
        return self._stopping.is_set()

    def log(self) -> str:
        """What the scoring server has written."""
        with contextlib.suppress(FileNotFoundError):
            return self._log_file.read_text(errors="replace")
        return ""

    def signature(self) -> Signature:
        """What the model takes and gives. `InvalidState` if it was logged without saying so."""
        return signature_of(self._model)

    @property
    def _model(self) -> Path:
        return self._folder / "model"

    @property
    def _log_file(self) -> Path:
        return self._folder / "server.log"

    def _supervise(self) -> None:
        try:
            packages = packages_of(self._copy_model())
            for _ in range(1 + RESTARTS):
                if not self._run_once(packages):
                    break
            else:
                self._become(FAILED, self.message)
        except (OSError, WorkspaceError) as error:
            self._become(FAILED, f"Served entity {self._label} could not be started: {error}")
        if self._stopping.is_set():
            self._become(ABORTED, "The served entity was removed.")
        self._settled.set()

    def _copy_model(self) -> Path:
        shutil.rmtree(self._folder, ignore_errors=True)
        (self._folder / "home").mkdir(parents=True, mode=0o700)
        return Path(shutil.copytree(self._find_model(), self._model))

    def _run_once(self, packages: Packages) -> bool:
        """Run the process to its end; whether to start it again."""
        self._socket.unlink(missing_ok=True)
        process = self._spawn(packages.python)
        answered = self._await_answer(process)
        if answered:
            self._become(READY, packages.message)
            self._settled.set()
            process.wait()
        self._processes.end(process)
        self._process = None  # its number may be another's by the time that `stop` would signal it
        if self._stopping.is_set():
            return False
        self._become(RECOVERING if answered else FAILED, self._failure(process.returncode))
        return answered

    def _spawn(self, python: str) -> subprocess.Popen[bytes]:
        home = self._folder / "home"
        own = {
            "__pyfunc_model_path__": str(self._model),
            "MLFLOW_ALLOW_PICKLE_DESERIALIZATION": "false",
            "MLFLOW_DISABLE_TELEMETRY": "true",
            "TMPDIR": str(home),
        }
        sparks = spark_environment(self._model, home, python)
        self._process = self._processes.spawn(
            f"served model {self._label}",
            [python, "-I", str(SCRIPT), str(self._socket)],
            environment=base_environment(home) | sparks | self._environment | own,
            cwd=home,
            output=self._log_file,
        )
        return self._process

    def _await_answer(self, process: subprocess.Popen[bytes]) -> bool:
        deadline = self._clock.now() + SECONDS_TO_ANSWER
        with httpx.Client(transport=httpx.HTTPTransport(uds=str(self._socket))) as client:
            while process.poll() is None and self._clock.now() < deadline:
                if _answers(client):
                    return True
                if self._clock.wait(self._stopping, POLL_SECONDS):
                    return False
        return False

    def _failure(self, status: int | None) -> str:
        return (
            f"Served entity creation failed for served entity {self._label}: its scoring server ended with "
            f"status {status}. The end of its log: {self.log()[-LOG_TAIL:].strip()}"
        )

    def _become(self, state: str, message: str) -> None:
        self.state, self.message = state, message


def _answers(client: httpx.Client) -> bool:
    try:
        return client.get("http://scorer/ping").is_success
    except httpx.TransportError:
        return False
