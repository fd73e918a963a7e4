"""The provider's operators, as the tests make them, and what they run."""

import io
import secrets
from typing import Any

import pytest
from databricks.sdk.service.jobs import Run
from databricks.sdk.service.workspace import ImportFormat, Language

from tests.telling import telling
from tests.wire.provider.airflow_task import Try
from tests.wire.running_workspace import RunningWorkspace
from tests.wire.spark_jobs import put_script, shared_cluster

# Deferred to the triggerer, or waited for by a worker: another way through the provider.
BOTH = pytest.mark.parametrize("deferrable", telling(1, [True, False]))
FOR_EVER = "import time; time.sleep(600)"


def operator(kind: str, **options: Any) -> Any:
    """An operator of the provider, by its name without `Databricks…Operator`."""
    from airflow.providers.databricks.operators import databricks

    own = {} if kind == "CreateJobs" else {"polling_period_seconds": 1}
    made = getattr(databricks, f"Databricks{kind}Operator")
    return made(task_id=f"task_{secrets.token_hex(4)}", databricks_retry_limit=1, **own | options)


def script(workspace: RunningWorkspace, source: str, *parameters: str) -> dict[str, Any]:
    """The fields of a task that runs a script on the shared cluster."""
    return {
        "spark_python_task": {"python_file": put_script(workspace, source), "parameters": list(parameters)},
        "existing_cluster_id": shared_cluster(workspace),
    }


def notebook(workspace: RunningWorkspace, source: str) -> str:
    """Import a notebook of one cell; its path."""
    path = f"/Users/local.user@example.com/provider-{secrets.token_hex(4)}"
    content = io.BytesIO(source.encode())
    workspace.client.workspace.upload(path, content, format=ImportFormat.SOURCE, language=Language.PYTHON)
    return path


def run_of(workspace: RunningWorkspace, attempt: Try) -> Run:
    """The Databricks run of a try, with its repairs."""
    return workspace.client.jobs.get_run(attempt.run_id, include_history=True)


def refusal() -> Any:
    """What is raised for a run that has not ended well, and for a request that is refused."""
    from airflow.providers.common.compat.sdk import AirflowException

    return AirflowException
