"""`dbutils.notebook`: end this notebook with a result, or run another one as a run of its own."""

import os
import posixpath
import time
from types import SimpleNamespace
from typing import Any

from local_workspace.dbutils.context import NotebookContext
from local_workspace.dbutils.facts import RunFacts
from local_workspace.dbutils.utility import Utility

_POLL_SECONDS = 0.5


class NotebookExit(Exception):
    """The notebook has ended with this result. As on Databricks, code that catches `Exception` catches it."""


class WorkflowException(Exception):
    """The notebook that was run did not succeed."""


class NotebookUtils(Utility):
    """https://docs.databricks.com/notebooks/notebook-workflows"""

    def __init__(self, facts: RunFacts) -> None:
        self._facts = facts
        self.entry_point = SimpleNamespace(getDbutils=lambda: SimpleNamespace(notebook=lambda: self))

    def exit(self, value: Any = "") -> None:
        """End the notebook: `value` as text is its result."""
        raise NotebookExit(str(value))

    def run(self, path: str, timeout_seconds: int = 0, arguments: dict[str, str] | None = None) -> str:
        """The result of another notebook, run on the same cluster. Raises `WorkflowException`."""
        from databricks.sdk import WorkspaceClient

        api = WorkspaceClient(
            host=os.environ["DATABRICKS_HOST"], token=os.environ["DATABRICKS_TOKEN"], auth_type="pat"
        ).api_client
        asked = {
            "run_name": path,
            "timeout_seconds": timeout_seconds,
            "existing_cluster_id": self._facts.cluster_id,
            "notebook_task": {"notebook_path": self.resolved(path), "base_parameters": arguments or {}},
        }
        told: Any = api.do("POST", "/api/2.2/jobs/runs/submit", body=asked)
        while not (run := _run(api, told["run_id"]))["end_time"]:
            time.sleep(_POLL_SECONDS)
        output: Any = api.do("GET", "/api/2.2/jobs/runs/get-output", query={"run_id": told["run_id"]})
        result = run["state"]["result_state"]
        if result != "SUCCESS":
            why = output.get("error") or run["state"]["state_message"]
            raise WorkflowException(f"Notebook {path} did not succeed ({result}): {why}")
        return str(output.get("notebook_output", {}).get("result", ""))

    def resolved(self, path: str) -> str:
        """A notebook's whole path; one that does not begin with a slash is beside this notebook."""
        return posixpath.normpath(posixpath.join(posixpath.dirname(self._facts.notebook_path), path))

    def getContext(self) -> NotebookContext:  # noqa: N802
        """Where this runs, as far as users read it."""
        return NotebookContext(self._facts)


def _run(api: Any, run_id: int) -> Any:
    return api.do("GET", "/api/2.2/jobs/runs/get", query={"run_id": run_id})
