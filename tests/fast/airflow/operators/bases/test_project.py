"""The source of a run is a file of a project, at a commit if the project is in git."""

import subprocess
from pathlib import Path

import pytest

from rookery.operators.bases.project import project_of


def git(folder: Path, *arguments: str) -> str:
    identity = ["-c", "user.name=A", "-c", "user.email=a@example.com"]
    command = ["git", *identity, "-C", str(folder), *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


@pytest.fixture
def dag_file(tmp_path: Path) -> Path:
    file = tmp_path / "project" / "dags" / "churn.py"
    file.parent.mkdir(parents=True)
    file.touch()
    return file


def test_a_project_in_git_has_its_commit_and_paths_from_its_root(dag_file: Path) -> None:
    project = dag_file.parent.parent
    git(project, "init", "--quiet")
    git(project, "add", ".")
    git(project, "commit", "--quiet", "--message", "first")
    commit = git(project, "rev-parse", "HEAD")
    assert project_of(str(dag_file)).tags == {
        "mlflow.source.name": "dags/churn.py",
        "mlflow.source.type": "LOCAL",
        "mlflow.source.git.commit": commit,
    }


@pytest.mark.parametrize("is_repository", [True, False])
def test_a_project_without_a_commit_has_its_file_all_the_same(dag_file: Path, is_repository: bool) -> None:
    if is_repository:
        git(dag_file.parent.parent, "init", "--quiet")
    assert project_of(str(dag_file)).tags == {
        "mlflow.source.name": "dags/churn.py",
        "mlflow.source.type": "LOCAL",
    }


def test_where_there_is_no_git_there_is_no_commit(dag_file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(dag_file.parent))
    assert project_of(str(dag_file)).commit is None
    assert project_of("/nowhere/dags/gone.py").file == "dags/gone.py"
