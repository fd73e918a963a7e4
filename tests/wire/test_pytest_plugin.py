"""The pytest plugin and the seeds, as another project uses them."""

import json
import os
import subprocess
import sys
from pathlib import Path

TESTS = """
from pathlib import Path
from databricks.sdk import WorkspaceClient
import pytest


def test_one(databricks_environment):
    w = WorkspaceClient()
    assert w.workspace.get_status("/Shared/notebook").language.value == "PYTHON"
    assert w.dbfs.read("/data/a.txt").data == "YQ=="
    assert w.files.download("/Volumes/main/new/v/b.txt").contents.read() == b"b"
    assert [s.key for s in w.secrets.list_secrets("scope")] == ["key"]
    assert [p.name for p in w.cluster_policies.list()] == ["small"]


def test_two(local_workspace):
    w = WorkspaceClient(host=local_workspace.url, token=local_workspace.token)
    assert w.dbfs.exists("/data/a.txt")
    local_workspace.reset()
    assert not w.dbfs.exists("/data/a.txt")
    local_workspace.seed(Path("seeds"))
    assert w.dbfs.exists("/data/a.txt")
"""


def seeds(folder: Path) -> Path:
    files = {
        "workspace/Shared/notebook.py": "# Databricks notebook source\nprint(1)",
        "dbfs/data/a.txt": "a",
        "Volumes/main/new/v/b.txt": "b",
        "secrets.json": json.dumps({"scope": {"key": "value"}}),
        "requests.json": json.dumps(
            [{"method": "POST", "path": "/api/2.0/policies/clusters/create", "body": {"name": "small"}}]
        ),
    }
    for name, content in files.items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(content)
    return folder


def test_another_projects_tests_get_a_workspace_filled_from_a_folder(tmp_path: Path) -> None:
    (tmp_path / "test_theirs.py").write_text(TESTS)
    command = [sys.executable, "-m", "pytest", "-q", "-p", "local_workspace.pytest_plugin"]
    options = ["--rootdir", str(tmp_path), "--local-workspace-seed", str(seeds(tmp_path / "seeds"))]
    # It is named here, whether or not this environment has its entry point.
    environment = os.environ | {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    ran = subprocess.run(
        [*command, *options, "test_theirs.py"],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "2 passed" in ran.stdout, ran.stdout + ran.stderr
