"""pytest fixtures: a workspace for the tests of any project.

    def test_mine(local_workspace):
        WorkspaceClient(host=local_workspace.url, token=local_workspace.token)

    def test_what_reads_the_environment(databricks_environment): ...

Options: `--local-workspace-kind` (classic, unity), `--local-workspace-seed` (a folder: see `clients.seed`).
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from local_workspace.clients.process import WorkspaceProcess


def pytest_addoption(parser: pytest.Parser) -> None:
    """The options of the fixtures."""
    group = parser.getgroup("local-workspace", "a Databricks workspace on this machine")
    group.addoption(
        "--local-workspace-kind", choices=["classic", "unity"], default="classic", help="its kind"
    )
    group.addoption("--local-workspace-seed", type=Path, default=None, help="a folder to fill it from")


@pytest.fixture(scope="session")
def local_workspace(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[WorkspaceProcess]:
    """A running workspace, one for the session (with pytest-xdist: one for each of its processes)."""
    root = tmp_path_factory.mktemp("local-workspace") / "root"
    kind = str(request.config.getoption("--local-workspace-kind"))
    folder = request.config.getoption("--local-workspace-seed")
    with WorkspaceProcess.start(root, ["--kind", kind]) as workspace:
        if folder is not None:
            workspace.seed(folder)
        yield workspace


@pytest.fixture
def databricks_environment(
    local_workspace: WorkspaceProcess, monkeypatch: pytest.MonkeyPatch
) -> WorkspaceProcess:
    """The workspace, which Databricks' SDK and MLflow find by the environment in this test."""
    for name, value in local_workspace.environment.items():
        monkeypatch.setenv(name, value)
    return local_workspace
