"""Notebooks imported and run as job runs, through the SDK."""

import io
import secrets
from typing import Any

from databricks.sdk.service.jobs import NotebookTask, RunOutput, SubmitTask
from databricks.sdk.service.workspace import ImportFormat, Language

from tests.wire.running_workspace import RunningWorkspace
from tests.wire.spark_jobs import finished, shared_cluster, state, task_run_id

FOLDER = f"/Users/local.user@example.com/notebooks-{secrets.token_hex(4)}"


def put(workspace: RunningWorkspace, name: str, *cells: str) -> str:
    """Import a notebook in the source form; its path."""
    path = f"{FOLDER}/{name}"
    lines = "\n\n# COMMAND ----------\n\n".join(cells)
    workspace.client.workspace.mkdirs(FOLDER)
    workspace.client.workspace.upload(
        path,
        io.BytesIO(lines.encode()),
        format=ImportFormat.SOURCE,
        language=Language.PYTHON,
        overwrite=True,
    )
    return path


def ended(workspace: RunningWorkspace, **task: Any) -> tuple[RunOutput, str | None]:
    """The output of a task run, and its result."""
    asked = SubmitTask(task_key="main", existing_cluster_id=shared_cluster(workspace), **task)
    run = finished(workspace, workspace.client.jobs.submit(run_name="notebook", tasks=[asked]).run_id)
    return workspace.client.jobs.get_run_output(task_run_id(run)), state(run)[1]


def run_notebook(workspace: RunningWorkspace, path: str, **parameters: str) -> tuple[RunOutput, str | None]:
    """Run a notebook to its end."""
    return ended(workspace, notebook_task=NotebookTask(notebook_path=path, base_parameters=parameters))
