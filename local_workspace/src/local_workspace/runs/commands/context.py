"""One execution context: its process, and the commands that it has been given."""

import contextlib
import json
import logging
import queue
import socket
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from py4j.protocol import Py4JError  # type: ignore[import-untyped]

from local_workspace.clusters.clusters import ClusterUnusable
from local_workspace.clusters.spark.driver import Attachment, Driver
from local_workspace.clusters.spark.jvm import DriverFailed
from local_workspace.runs.process import RunProcess
from local_workspace.runs.task_runs.task_run import Services
from local_workspace.runs.tasks.task import Program

_POLL_SECONDS = 0.2
_LOG = logging.getLogger(__name__)


@dataclass
class Command:
    """`status`: Queued, Running, Finished, Error or Cancelled; `results` once it has ended."""

    id: str
    source: str
    language: str
    status: str = "Queued"
    results: dict[str, Any] = field(default_factory=dict)


class Context:
    """A context in a thread of its own. `status`: Pending, Running or Error."""

    def __init__(self, number: int, cluster_id: str, language: str, services: Services) -> None:
        self.id = str(number)
        self.cluster_id = cluster_id
        self.language = language
        self.status = "Pending"
        self.commands: dict[str, Command] = {}
        self._number = number
        self._services = services
        self._process = RunProcess(number, services.settings, services.processes)
        self._waiting: queue.Queue[Command | None] = queue.Queue()
        self._is_ending = False
        self._connection: socket.socket | None = None
        self._lines: IO[str] | None = None
        self._thread = threading.Thread(target=self._run, name=f"context {number}", daemon=True)

    def start(self) -> None:
        """Begin."""
        self._thread.start()

    def execute(self, command: Command) -> None:
        """Queue a command."""
        self.commands[command.id] = command
        self._waiting.put(command)

    def cancel(self, command: Command) -> None:
        """End a command that has not ended."""
        if command.status not in ("Queued", "Running"):
            return
        is_running, command.status = command.status == "Running", "Cancelled"
        if is_running and self._lines is not None:
            self._send({"cancel": True})

    def end(self) -> None:
        """Begin to end the context."""
        self._is_ending = True
        self._waiting.put(None)
        if self._connection is not None:
            with contextlib.suppress(OSError):
                self._connection.shutdown(socket.SHUT_RDWR)

    def join(self, seconds: float) -> None:
        """Wait until it has ended."""
        self._thread.join(seconds)

    def _run(self) -> None:
        try:
            self._on_cluster()
        except Exception:
            _LOG.exception("Context %s", self.id)
        self.status = "Error"
        for command in self.commands.values():
            if command.status in ("Queued", "Running"):
                self._fail(command, "The execution context has ended.")

    def _on_cluster(self) -> None:
        clusters = self._services.clusters
        try:
            driver = clusters.wait_for_driver(self.cluster_id, lambda: self._is_ending)
        except ClusterUnusable as error:
            _LOG.info("Context %s: %s", self.id, error)
            return
        if driver is None:
            return
        attachment = driver.attach(f"context-{self.id}")
        try:
            self._with_process(attachment)
        finally:
            self._process.end()
            _detach(driver, attachment)

    def _with_process(self, attachment: Attachment) -> None:
        place = self._services.settings.sockets / f"context-{self.id}"
        place.parent.mkdir(parents=True, exist_ok=True)
        with socket.socket(socket.AF_UNIX) as server:
            server.bind(str(place))
            server.listen(1)
            server.settimeout(_POLL_SECONDS)
            try:
                self._process.start(
                    self._program(place), self._services.clusters.spec(self.cluster_id), attachment
                )
                connection = self._accepted(server)
            finally:
                place.unlink()
        if connection is None:
            return
        with connection, connection.makefile("rw") as lines:
            self._connection, self._lines = connection, lines
            self.status = "Running"
            while not self._is_ending and (command := self._waiting.get()) is not None:
                if not self._carry_out(command, lines):
                    return

    def _program(self, place: Path) -> Program:
        request = {
            "socket": str(place),
            "mounts": self._services.settings.local_paths,
            "cluster_id": self.cluster_id,
            "tags": {
                "user": self._services.settings.user_name,
                "orgId": str(self._services.settings.workspace_id),
            },
        }
        return Program("local_workspace.runs.commands.run_commands", request)

    def _accepted(self, server: socket.socket) -> socket.socket | None:
        """The process' connection; None if it ends before it has one."""
        while not self._process.wait(0) and not self._is_ending:
            with contextlib.suppress(TimeoutError):
                connection, _ = server.accept()
                connection.settimeout(None)
                return connection
        return None

    def _carry_out(self, command: Command, lines: IO[str]) -> bool:
        """Run a command; whether the process still runs."""
        if command.status == "Cancelled":
            return True
        command.status = "Running"
        with self._services.clusters.used_by(self.cluster_id, self._number):
            self._send({"id": command.id, "source": command.source, "language": command.language})
            answer = lines.readline()
        if not answer:
            self._fail(command, "The Python process of the execution context has ended.")
            return False
        if command.status == "Running":
            command.results = json.loads(answer)["results"]
            command.status = "Finished"
        return True

    def _send(self, message: dict[str, Any]) -> None:
        assert self._lines is not None  # noqa: S101 - set before the first command
        with contextlib.suppress(OSError, ValueError):
            self._lines.write(json.dumps(message) + "\n")
            self._lines.flush()

    @staticmethod
    def _fail(command: Command, why: str) -> None:
        if command.status != "Cancelled":
            command.status = "Error"
            command.results = {"resultType": "error", "summary": why, "cause": why}


def _detach(driver: Driver, attachment: Attachment) -> None:
    try:
        driver.detach(attachment)
    except (Py4JError, OSError, DriverFailed):
        _LOG.info("A context's driver is gone, and its Spark jobs with it")
