"""A local workspace in a process of its own, as users start it."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
from databricks.sdk import WorkspaceClient
from databricks.sdk.config import Config

from tests.wire.polling import HANGING_SECONDS

PROJECT = Path(__file__).parents[2]


def workspace_python() -> str:
    """The interpreter of the workspace environment: named by the environment, in the project, or this one."""
    named = os.environ.get("ROOKERY_WORKSPACE_PYTHON")
    in_project = PROJECT / ".venv-workspace" / "bin" / "python"
    return named or (str(in_project) if in_project.exists() else sys.executable)


def command(*arguments: str) -> list[str]:
    """`local-workspace` with `arguments`, in the workspace environment."""
    return [workspace_python(), "-m", "local_workspace.cli", *arguments]


@dataclass
class RunningWorkspace:
    """A server that has said it is ready. `process` is the server itself, not a shell around it."""

    process: subprocess.Popen[str]
    origin: str
    root: Path
    token: str

    @classmethod
    def start(cls, root: Path, *options: str) -> "RunningWorkspace":
        """Start on `root` and a free port; RuntimeError with what it said if it does not get ready."""
        process = subprocess.Popen(
            command("serve", "--root", str(root), "--port", "0", "--json", *options),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        assert process.stdout is not None
        line = process.stdout.readline()
        if not line:
            raise RuntimeError(f"the workspace did not start: {process.communicate()[1]}")
        facts = json.loads(line)
        return cls(process, facts["url"], Path(facts["root"]), Path(facts["token_file"]).read_text().strip())

    @property
    def pid(self) -> int:
        """The server's process id."""
        return self.process.pid

    @property
    def port(self) -> int:
        """The server's port on 127.0.0.1."""
        return int(self.origin.rsplit(":", 1)[1])

    @property
    def client(self) -> WorkspaceClient:
        """An unmodified Databricks SDK, told host and token and nothing else."""
        return WorkspaceClient(config=Config(host=self.origin, token=self.token, auth_type="pat"))

    @property
    def http(self) -> httpx.Client:
        """A plain HTTP client that sends the token."""
        return httpx.Client(
            base_url=self.origin,
            headers={"authorization": f"Bearer {self.token}"},
            trust_env=False,
            timeout=HANGING_SECONDS,
        )

    def call(self, method: str, path: str, body: dict[str, Any] | None = None) -> httpx.Response:
        """One request with a JSON body."""
        with self.http as http:
            return http.request(method, path, json=body)

    def end(self, number: signal.Signals = signal.SIGTERM) -> int:
        """Send a signal and wait; the exit status. Kills the server if it does not end."""
        self.process.send_signal(number)
        try:
            self.process.communicate(timeout=HANGING_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.communicate()
            raise
        return self.process.returncode

    def end_quietly(self) -> None:
        """End it if it still runs."""
        if self.process.poll() is None:
            with suppress(subprocess.TimeoutExpired):
                self.end()


# `start_workspace(*options, root=…)`, the fixture.
StartWorkspace = Callable[..., RunningWorkspace]
