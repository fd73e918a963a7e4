"""A local workspace behind a proxy that plays faults, and an Airflow connection that leads to the proxy."""

import json
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.proxy import FaultProxy, fault_proxy
from tests.wire.running_workspace import RunningWorkspace

# Airflow reads it when it is imported, and makes its home in the user's folder else.
if "airflow" not in sys.modules:
    os.environ["AIRFLOW_HOME"] = tempfile.mkdtemp(prefix="airflow-home-")


@pytest.fixture(scope="session")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningWorkspace]:
    """The workspace itself, past the proxy: what is really there."""
    running = RunningWorkspace.start(tmp_path_factory.mktemp("faults") / "root")
    yield running
    running.end_quietly()


@pytest.fixture(scope="session")
def _proxy(workspace: RunningWorkspace) -> Iterator[FaultProxy]:
    with fault_proxy(workspace.origin) as proxy:
        yield proxy


@pytest.fixture
def proxy(
    _proxy: FaultProxy, workspace: RunningWorkspace, monkeypatch: pytest.MonkeyPatch
) -> Iterator[FaultProxy]:
    """The proxy, playing nothing yet; the connection `databricks_default` leads to it."""
    connection = {
        "conn_type": "databricks",
        "host": "127.0.0.1",
        "port": _proxy.server_port,
        "schema": "http",
        "password": workspace.token,
    }
    monkeypatch.setenv("AIRFLOW_CONN_DATABRICKS_DEFAULT", json.dumps(connection))
    monkeypatch.setenv("AIRFLOW_VAR_ROOKERY_INSTALLATION", "here")
    yield _proxy
    _proxy.forgets()


@pytest.fixture
def data_root(tmp_path: Path) -> str:
    """A folder on DBFS of the test's own."""
    return f"dbfs:/{tmp_path.name}"
