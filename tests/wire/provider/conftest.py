"""What the provider's operators and hooks look for: a connection to the workspace, and a DAG."""

import json
import secrets
from collections.abc import Iterator
from typing import Any

import pytest

from tests.wire.provider.airflow_task import connection
from tests.wire.running_workspace import RunningWorkspace


@pytest.fixture
def hook(workspace: RunningWorkspace, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The provider's hook, with its default connection to the workspace."""
    from airflow.providers.databricks.hooks.databricks import DatabricksHook

    monkeypatch.setenv("AIRFLOW_CONN_DATABRICKS_DEFAULT", json.dumps(connection(workspace)))
    return DatabricksHook(retry_limit=1)


@pytest.fixture
def dag() -> Iterator[None]:
    """A DAG for the operators: some of them make the task's key of its name."""
    from airflow.sdk import DAG

    with DAG(f"provider_{secrets.token_hex(4)}"):
        yield
