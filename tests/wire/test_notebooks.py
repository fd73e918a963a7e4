"""Notebooks and wheels as job runs, through the SDK."""

import base64
import io
import json
import re
import secrets
import zipfile
from urllib.parse import unquote

import pytest
from databricks.sdk.service.compute import Library
from databricks.sdk.service.jobs import NotebookTask, PythonWheelTask
from databricks.sdk.service.workspace import ImportFormat

from tests.wire.notebooks import FOLDER, ended, put, run_notebook
from tests.wire.running_workspace import RunningWorkspace


def test_a_notebook_runs_cell_by_cell_and_returns_what_it_exits_with(workspace: RunningWorkspace) -> None:
    put(workspace, "shared", "greeting = 'hello'", "def shout(x):\n    return x.upper()")
    path = put(
        workspace,
        "main",
        "# MAGIC %md\n# MAGIC # What it does",
        "# MAGIC %run ./shared",
        "dbutils.widgets.text('name', 'nobody')\nname = dbutils.widgets.get('name')",
        "# MAGIC %sql\n# MAGIC CREATE OR REPLACE TEMP VIEW numbers AS SELECT id FROM range(3);\n"
        "# MAGIC SELECT sum(id) AS total FROM numbers",
        "dbutils.fs.put('/notebooks/a.txt', 'one\\ntwo', True)\n"
        "print(dbutils.fs.head('dbfs:/notebooks/a.txt', 3), [f.name for f in dbutils.fs.ls('/notebooks')])\n"
        "display(spark.read.text('/notebooks/a.txt'))",
        "# MAGIC %sh\n# MAGIC cat /dbfs/notebooks/a.txt",
        "dbutils.notebook.exit(f'{shout(greeting)} {name} {_sqldf.first().total}')",
        "raise ValueError('never')",
    )
    output, result = run_notebook(workspace, path, name="penguin")
    assert (result, output.error) == ("SUCCESS", None)
    assert output.notebook_output is not None
    assert output.notebook_output.result == "HELLO penguin 3"
    assert output.metadata is not None
    url = (output.metadata.run_page_url or "").removeprefix(workspace.origin)
    page = workspace.call("GET", url).text
    for text in ("Cell 4", "total", "Output of cell 5", "one [&#39;a.txt&#39;]", "two"):
        assert text in page
    views = workspace.call("GET", f"/api/2.2/jobs/runs/export?run_id={output.metadata.run_id}").json()[
        "views"
    ]
    assert [(view["name"], view["type"]) for view in views] == [("main", "NOTEBOOK")]
    assert "Output of cell 5" in views[0]["content"]
    (model,) = re.findall(r"var __DATABRICKS_NOTEBOOK_MODEL = '(.*)';", views[0]["content"])
    commands = json.loads(unquote(base64.b64decode(model).decode()))["commands"]
    assert "one ['a.txt']" in commands[4]["results"]["data"][0]["data"]


def test_a_cell_that_fails_fails_the_run_with_its_line(workspace: RunningWorkspace) -> None:
    path = put(workspace, "fails", "x = 1", "y = 2\nraise ValueError(f'boom {x + y}')")
    output, result = run_notebook(workspace, path)
    assert (result, output.error) == ("FAILED", "ValueError: boom 3")
    assert f"<cell 2 of {path}>" in (output.error_trace or "")
    assert "raise ValueError(f'boom {x + y}')" in (output.error_trace or "")


def test_jupyters_form_is_imported_run_and_exported(workspace: RunningWorkspace) -> None:
    cells = [
        {"cell_type": "code", "source": ["dbutils.notebook.exit(spark.range(4).count())"], "outputs": []}
    ]
    content = json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5}).encode()
    path = f"{FOLDER}/jupyter"
    workspace.client.workspace.mkdirs(FOLDER)
    workspace.client.workspace.import_(
        path, content=base64.b64encode(content).decode(), format=ImportFormat.JUPYTER, overwrite=True
    )
    output, _ = run_notebook(workspace, path)
    assert output.notebook_output is not None
    assert output.notebook_output.result == "4"
    exported = workspace.client.workspace.export(path, format=ImportFormat.JUPYTER)  # type: ignore[arg-type]
    assert base64.b64decode(exported.content or "") == content


def test_a_notebook_runs_another_and_gets_its_result(workspace: RunningWorkspace) -> None:
    put(
        workspace,
        "child",
        "n = int(dbutils.widgets.get('n'))",
        "assert n != 13",
        "dbutils.notebook.exit(n * 2)",
    )
    path = put(
        workspace,
        "parent",
        "twice = dbutils.notebook.run('child', 600, {'n': '21'})",
        "try:\n    dbutils.notebook.run('child', 600, {'n': '13'})\n"
        "except Exception as error:\n    why = str(error)",
        "dbutils.notebook.exit(twice + ' ' + why)",
    )
    output, _ = run_notebook(workspace, path)
    assert output.notebook_output is not None, output.error
    assert output.notebook_output.result == "42 Notebook child did not succeed (FAILED): AssertionError"


def wheel(workspace: RunningWorkspace, name: str) -> str:
    """Upload a wheel with a package of this name and an entry point `main`; its path."""
    source = "import sys\nfrom pyspark.sql import SparkSession\ndef main():\n    print(sys.argv[1:], "
    source += "SparkSession.builder.getOrCreate().range(5).count())\n"
    info = f"{name}-1.0.dist-info"
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr(f"{name}/__init__.py", source)
        archive.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n")
        archive.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nGenerator: test\nTag: py3-none-any\n")
        archive.writestr(f"{info}/entry_points.txt", f"[console_scripts]\nmain = {name}:main\n")
        archive.writestr(f"{info}/RECORD", "")
    path = f"/Workspace/Shared/wheels/{name}-1.0-py3-none-any.whl"
    made.seek(0)
    workspace.client.workspace.mkdirs("/Shared/wheels")
    workspace.client.workspace.upload(path, made, format=ImportFormat.AUTO, overwrite=True)
    return path


def test_a_wheels_entry_point_is_called_with_its_parameters(workspace: RunningWorkspace) -> None:
    libraries = [Library(whl=wheel(workspace, "rookery_test_wheel"))]
    named = PythonWheelTask(
        package_name="rookery_test_wheel", entry_point="main", named_parameters={"day": "monday"}
    )
    output, result = ended(workspace, python_wheel_task=named, libraries=libraries)
    assert (result, output.logs) == ("SUCCESS", "['--day=monday'] 5\n"), output.error_trace
    missing = PythonWheelTask(package_name="rookery_test_wheel", entry_point="main")
    output, result = ended(workspace, python_wheel_task=missing)
    assert result == "FAILED"
    assert "Package rookery_test_wheel is not installed" in (output.error or "")


def test_a_library_that_cannot_be_installed_fails_the_run_before_it_begins(
    workspace: RunningWorkspace,
) -> None:
    path = put(workspace, "unreached", "print('never')")
    output, result = ended(
        workspace,
        notebook_task=NotebookTask(notebook_path=path),
        libraries=[Library(whl="dbfs:/wheels/nothing-1.0-py3-none-any.whl")],
    )
    assert result == "FAILED"
    assert "Library installation failed for library due to user error" in (output.error or "")
    assert "Libraries on DBFS are not installed by runtimes from 15 on" in (output.error or "")


def test_pip_in_a_notebook_installs_for_its_run_alone(workspace: RunningWorkspace) -> None:
    name = f"alone_{secrets.token_hex(4)}"
    whl = wheel(workspace, name)
    path = put(
        workspace,
        "pip",
        f"# MAGIC %pip install --no-index {whl}\nmine = 1\ndbutils.library.restartPython()",
        f"import {name}\n{name}.main()\nassert 'mine' not in globals()",
    )
    output, result = run_notebook(workspace, path)
    assert result == "SUCCESS", output.error
    output, result = run_notebook(workspace, put(workspace, "not there", f"import {name}"))
    assert (result, output.error) == ("FAILED", f"ModuleNotFoundError: No module named '{name}'")


@pytest.mark.parametrize("path", ["/Shared/nothing", "/Shared"])
def test_a_notebook_that_is_not_there_fails_the_run(workspace: RunningWorkspace, path: str) -> None:
    output, result = run_notebook(workspace, path)
    assert result == "FAILED"
    assert f"Unable to access the notebook {path}" in (output.error or "")
