"""A workspace in a process of its own, for as long as it is needed."""

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

_SECONDS_TO_END = 30.0


@dataclass(frozen=True)
class WorkspaceProcess:
    """A server that answers. Use it in a `with`, or call `stop`."""

    url: str
    token: str
    root: Path
    process: subprocess.Popen[str]

    @classmethod
    def start(cls, root: Path, options: Sequence[str] = ()) -> Self:
        """Serve `root` on a free port. Raises `RuntimeError` if that does not start."""
        command = [sys.executable, "-m", "local_workspace.cli", "serve", "--root", str(root), "--port", "0"]
        process = subprocess.Popen(
            [*command, "--json", *options],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert process.stdout is not None  # noqa: S101 - it was asked for
        line = process.stdout.readline()
        if not line:
            why = f"`local-workspace serve --root {root}` says why"
            raise RuntimeError(f"The local workspace did not start on {root}: {why}.")
        facts = json.loads(line)
        token = Path(facts["token_file"]).read_text().strip()
        return cls(facts["url"], token, Path(facts["root"]), process)

    @property
    def environment(self) -> dict[str, str]:
        """The variables by which Databricks' SDK, MLflow and the command line find the workspace."""
        return {
            "DATABRICKS_HOST": self.url,
            "DATABRICKS_TOKEN": self.token,
            "MLFLOW_TRACKING_URI": "databricks",
        }

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
