"""One stack for all end-to-end tests: a local workspace, and Airflow with its scheduler."""

import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from local_stack.environments import PROJECT
from local_stack.services.airflow_services import airflow_services
from local_stack.services.workspace import local_workspace
from local_stack.up.command_line import write_env_file
from local_stack.up.first_files import put_first_files
from tests.end_to_end.csv_server import CsvServer
from tests.end_to_end.measured import measured_rows
from tests.end_to_end.stack import DAG, DUE_ON, SCORING_DAG, EndedRun, Stack


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Workspace and Airflow with the project's DAGs and those of the tests, in a project of its own."""
    folder = tmp_path_factory.mktemp("stack")
    dags, data = folder / "dags", folder / "data"
    shutil.copytree(PROJECT / "data", data)
    shutil.copytree(PROJECT / "dags", dags)
    not_due_today(dags / f"{DAG}.py")
    shutil.copytree(Path(__file__).parent / "dags", dags, dirs_exist_ok=True)
    with ExitStack() as services:
        starting = services.enter_context(local_workspace(folder / "workspace", folder / "workspace.log"))
        airflow = services.enter_context(
            airflow_services(
                folder / "airflow",
                lambda: starting.ready().airflow_connection,
                dags,
                schedules=True,
                data=data,
            )
        )
        (folder / ".local").mkdir()
        write_env_file(folder / ".local", airflow.home, starting.ready(), data)
        yield Stack(starting.ready().client(), airflow.api(), airflow.home)


def not_due_today(file: Path) -> None:
    """Let the DAG's weekly run be due on another day.

    Of a DAG without a start date Airflow starts a run that was due less than a tenth of the interval ago:
    on a Sunday that of the week, as soon as the DAG is unpaused.
    """
    text = file.read_text()
    assert 'schedule="@weekly"' in text
    file.write_text(text.replace('schedule="@weekly"', f'schedule="0 0 * * {DUE_ON % 7}"'))


@pytest.fixture(scope="session")
def csv_server() -> Iterator[CsvServer]:
    """A web server on the loopback address that serves the CSV texts it is given, each under its name."""
    with CsvServer() as server:
        yield server


@pytest.fixture(scope="session")
def measured_url(csv_server: CsvServer) -> str:
    """Where the DAG measured_penguins finds its data."""
    return csv_server.serve("measured.csv", "\n".join(measured_rows()) + "\n")


@pytest.fixture(scope="session")
def first_run(stack: Stack) -> EndedRun:
    """A run of the project's DAG with four points, two a task, and the scoring DAG listening."""
    put_first_files(stack.workspace)
    stack.unpause(SCORING_DAG)
    return stack.run(DAG, {"LogisticRegression_maxIter": [5], "points_per_task": 2})


@pytest.fixture(scope="session")
def first_scoring(stack: Stack, first_run: EndedRun) -> EndedRun:
    """The run of the scoring DAG that starts since `first_run` has registered a version."""
    assert first_run.state == "success", first_run.tasks
    return stack.followed(stack.started_by_itself(SCORING_DAG, "asset_triggered"))
