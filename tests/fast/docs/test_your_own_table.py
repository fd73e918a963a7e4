"""What docs/your-own-table.md has readers type before the run works as it stands, and shows what it says."""

import os
import re
import shlex
import sys
from pathlib import Path

import pytest

from local_stack.environments import PROJECT
from tests.pages import shell_blocks, typed

PAGE = "your-own-table.md"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project with empty folders, and a shell that finds the commands, but no workspace."""
    for name in ("dags", "data", ".local"):
        (tmp_path / name).mkdir()
    here = Path(sys.executable).parent
    exports = {"PATH": f"{here}{os.pathsep}{os.environ['PATH']}", "AIRFLOW_HOME": str(tmp_path / "airflow")}
    lines = [f"export {name}={shlex.quote(value)}\n" for name, value in exports.items()]
    (tmp_path / ".local" / "env").write_text("".join([*lines, "unset ROOKERY_DATA_FOLDER\n"]))
    return tmp_path


def test_the_table_makes_the_plan_that_the_page_shows_and_the_check_finds_no_mistake(project: Path) -> None:
    make_table, make_plan, check, *_ = shell_blocks(PAGE)
    assert typed([make_table, make_plan, check.replace(" --conn databricks_default", "")], project).endswith(
        "No mistakes.\n"
    )
    page = (PROJECT / "docs" / PAGE).read_text(encoding="utf-8")
    (shown,) = re.findall(r"^```\n(    .*?)^```$", page, re.DOTALL | re.MULTILINE)
    assert shown in (project / "dags" / "deliveries.py").read_text()
