"""The project that a DAG file is part of: what MLflow shows as a run's source."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import NamedTuple

_LONGEST_SECONDS = 10


class Project(NamedTuple):
    """The path of a DAG file in its project, and the git commit that the project is at, if it is in git."""

    file: str
    commit: str | None

    @property
    def tags(self) -> dict[str, str]:
        """The same as MLflow's own tags: a file of Python is a source of the type LOCAL."""
        source = {"mlflow.source.name": self.file, "mlflow.source.type": "LOCAL"}
        return {**source, "mlflow.source.git.commit": self.commit} if self.commit else source


def project_of(dag_file: str) -> Project:
    """The project of a DAG file. Without git, it is the folder that the file's own folder is in."""
    path = Path(dag_file)
    asked = _git(path.parent, "rev-parse", "HEAD", "--show-prefix")
    if asked is None:
        return Project(f"{path.parent.name}/{path.name}", None)
    commit, _, prefix = asked.partition("\n")
    return Project(f"{prefix.strip()}{path.name}", commit.strip())


def _git(folder: Path, *arguments: str) -> str | None:
    """What git answers in a folder; None where there is no git, no repository, or no commit in it."""
    git = shutil.which("git")
    if git is None or not folder.is_dir():
        return None
    command = [git, "-C", str(folder), *arguments]
    try:
        asked = subprocess.run(command, capture_output=True, text=True, timeout=_LONGEST_SECONDS, check=False)
    except subprocess.TimeoutExpired:
        return None
    return asked.stdout if asked.returncode == 0 else None
