"""One stack for all end-to-end tests: a local workspace, and Airflow with its scheduler."""

import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from local_stack.airflow_services import airflow_services
from local_stack.environments import PROJECT
from local_stack.workspace import local_workspace
from tests.end_to_end.csv_server import CsvServer
from tests.end_to_end.stack import DAG, OTHER_GRID, EndedRun, Stack


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Workspace and Airflow with the project's DAGs and those of the tests."""
    folder = tmp_path_factory.mktemp("stack")
    dags = folder / "dags"
    shutil.copytree(PROJECT / "dags", dags)
    shutil.copytree(Path(__file__).parent / "dags", dags, dirs_exist_ok=True)
    with ExitStack() as services:
        starting = services.enter_context(local_workspace(folder / "workspace", folder / "workspace.log"))
        airflow = services.enter_context(
            airflow_services(folder / "airflow", lambda: starting.ready().airflow_connection, dags)
        )
        yield Stack(starting.ready().client(), airflow.api())


@pytest.fixture
def csv_server() -> Iterator[CsvServer]:
    """A web server on the loopback address that serves the CSV texts it is given."""
    with CsvServer() as server:
        yield server


@pytest.fixture(scope="session")
def first_run(stack: Stack) -> EndedRun:
    """A run of the project's DAG with other parameters than its plan's, by the names of the form."""
    return stack.run(DAG, OTHER_GRID)
