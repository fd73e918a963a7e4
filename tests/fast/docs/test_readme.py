"""What README shows works as it stands: its DAG is pasted, and the texts that it explains are the code's."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from local_stack.environments import PROJECT

README = (PROJECT / "README.md").read_text(encoding="utf-8")
SOURCES = [
    PROJECT / "Makefile",
    *(file for folder in ("plugins", "jobs", "local_workspace") for file in (PROJECT / folder).rglob("*.py")),
]

# Airflow's own reading of a DAGs folder, in an installation that has nothing else.
LOAD = """
import json, sys
from airflow.dag_processing.dagbag import DagBag
bag = DagBag(sys.argv[1])
print(json.dumps({"dags": sorted(bag.dags), "errors": list(bag.import_errors.values())}))
"""


def code_after(heading: str) -> str:
    """The first block of Python after a heading."""
    found = re.search(r"```python\n(.*?)```", README.partition(f"## {heading}\n")[2], re.DOTALL)
    assert found is not None
    return found[1]


def table_after(heading: str) -> list[str]:
    """The first cells of the table after a heading."""
    rows = re.findall(r"^\| (.*?) \|", README.partition(f"## {heading}\n")[2], re.MULTILINE)
    return rows[1:]


@pytest.fixture
def dags(tmp_path: Path) -> Path:
    """A project in which README's DAG was pasted into the DAGs folder."""
    shutil.copytree(PROJECT / "data", tmp_path / "data")
    folder = tmp_path / "dags"
    folder.mkdir()
    (folder / "my_penguins.py").write_text(code_after("A DAG of your own"))
    return folder


def in_an_airflow_of_its_own(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    """What a command says with an Airflow home below `folder`."""
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("AIRFLOW")},
        "AIRFLOW_HOME": str(folder / "airflow"),
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
    }
    return subprocess.run(
        [sys.executable, *command], env=environment, capture_output=True, text=True, check=False
    )


def test_the_dag_is_read_by_airflow_as_it_stands(dags: Path) -> None:
    read = in_an_airflow_of_its_own(dags.parent, "-c", LOAD, str(dags))
    assert read.returncode == 0, read.stderr
    assert json.loads(read.stdout.splitlines()[-1]) == {"dags": ["my_penguins"], "errors": []}


def test_the_dag_is_checked_without_a_mistake_and_shares_no_name_with_the_example(dags: Path) -> None:
    checked = in_an_airflow_of_its_own(
        dags.parent, "-m", "rookery.cli", "check", str(dags / "my_penguins.py"), "--json"
    )
    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert json.loads(checked.stdout)["mistakes"] == []
    example = (PROJECT / "dags" / "penguin_predictor.py").read_text()
    for argument in ("registered_model_name", "name", "dag_id"):
        (ours,) = re.findall(rf'\b{argument}="([^"]+)"', code_after("A DAG of your own"))
        assert f'"{ours}"' not in example


def test_every_text_that_is_explained_is_one_that_the_code_says() -> None:
    code = "\n".join(file.read_text(encoding="utf-8") for file in SOURCES)
    texts = re.findall("`(.+?)`", "\n".join(table_after("When something goes wrong")))
    assert len(texts) >= 5
    states = {"scheduled", "queued"}
    fragments = [part.strip() for text in texts if text not in states for part in text.split("…")]
    assert [fragment for fragment in fragments if fragment not in code] == []
