"""The wheel of the local workspace in an environment of its own, as another project installs it."""

import subprocess
from pathlib import Path

import pytest

from tests.wire.running_workspace import PROJECT, StartWorkspace
from tests.wire.spark_jobs import printed

UV = PROJECT / ".build" / "uv" / "bin" / "uv"
# The plugin is found by its entry point.
TEST = """
from databricks.sdk import WorkspaceClient


def test_it(databricks_environment):
    assert WorkspaceClient().current_user.me().user_name
"""


def run(*command: object, folder: Path = PROJECT) -> str:
    """What a command prints; AssertionError with what it says if it fails."""
    ran = subprocess.run(
        [str(part) for part in command], cwd=folder, capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stdout + ran.stderr
    return ran.stdout


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The interpreter of an environment with the wheel, what it asks for, and pytest."""
    folder = tmp_path_factory.mktemp("wheel")
    run(UV, "build", "--wheel", "--package", "local-workspace", "--out-dir", folder)
    (wheel,) = folder.glob("*.whl")
    run(UV, "venv", folder / "environment")
    made = folder / "environment" / "bin" / "python"
    run(UV, "pip", "install", "--python", made, wheel, "pytest")
    return made


@pytest.mark.matrix
def test_the_installed_workspace_serves_and_runs_a_job(
    python: Path, start_workspace: StartWorkspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ROOKERY_WORKSPACE_PYTHON", str(python))
    workspace = start_workspace()
    assert workspace.client.current_user.me().user_name
    assert printed(workspace, "print(spark.range(6).count())") == "6"


@pytest.mark.matrix
def test_the_installed_plugin_gives_other_projects_tests_a_workspace(python: Path, tmp_path: Path) -> None:
    (tmp_path / "test_theirs.py").write_text(TEST)
    said = run(python, "-m", "pytest", "-q", "--rootdir", tmp_path, "test_theirs.py", folder=tmp_path)
    assert "1 passed" in said
