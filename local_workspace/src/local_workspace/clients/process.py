"""A workspace in a process of its own, for as long as it is needed."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import urlsplit

_CLI = [sys.executable, "-m", "local_workspace.cli"]
_SECONDS_TO_END = 30.0


@dataclass
class WorkspaceProcess:
    """A server that answers. Use it in a `with`, or call `stop`."""

    url: str
    token: str
    root: Path
    options: Sequence[str]
    process: subprocess.Popen[str]

    @classmethod
    def start(cls, root: Path, options: Sequence[str] = ()) -> Self:
        """Serve `root` on a free port. Raises `RuntimeError` if that does not start."""
        process = _serve(root, 0, options, os.environ)
        facts = json.loads(_ready_line(process, root))
        token = Path(facts["token_file"]).read_text().strip()
        return cls(facts["url"], token, root, options, process)

    @property
    def environment(self) -> dict[str, str]:
        """The variables by which Databricks' SDK, MLflow and the command line find the workspace."""
        return {
            "DATABRICKS_HOST": self.url,
            "DATABRICKS_TOKEN": self.token,
            "MLFLOW_TRACKING_URI": "databricks",
        }

    def seed(self, folder: Path) -> list[str]:
        """Fill it from a folder (see `clients.seed`); what was put. Raises `SeedError`."""
        from local_workspace.clients.seed import seed

        return seed(folder, self.url, self.token)

    def reset(self) -> None:
        """Empty it: afterwards it is new, under the same address and with the same token."""
        self.stop()
        subprocess.run([*_CLI, "reset", "--root", str(self.root)], check=True, stdout=subprocess.DEVNULL)
        environment = os.environ | {"LOCAL_WORKSPACE_TOKEN": self.token}
        self.process = _serve(self.root, urlsplit(self.url).port or 0, self.options, environment)
        _ready_line(self.process, self.root)

    def stop(self) -> None:
        """End the server, with its clusters, runs and endpoints."""
        self.process.terminate()
        try:
            self.process.wait(_SECONDS_TO_END)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        if self.process.stdout is not None:
            self.process.stdout.close()

    def __enter__(self) -> Self:
        """The server."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """End it."""
        self.stop()


def _serve(
    root: Path, port: int, options: Sequence[str], environment: Mapping[str, str]
) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [*_CLI, "serve", "--root", str(root), "--port", str(port), "--json", *options],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=dict(environment),
    )


def _ready_line(process: subprocess.Popen[str], root: Path) -> str:
    assert process.stdout is not None  # noqa: S101 - it was asked for
    line = process.stdout.readline()
    if not line:
        why = f"`local-workspace serve --root {root}` says why"
        raise RuntimeError(f"The local workspace did not start on {root}: {why}.")
    return line
