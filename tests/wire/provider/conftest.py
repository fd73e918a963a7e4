"""The connection to the workspace that the provider's operators and hooks look for."""

import json
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
