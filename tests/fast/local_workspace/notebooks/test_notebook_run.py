"""Cells that need no cluster: Python, the shell, what is shown, what is kept."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from local_workspace.dbutils.notebook import NotebookExit
from local_workspace.dbutils.widgets import InputWidgetNotDefined, WidgetUtils
from local_workspace.notebooks.magics import MagicNotOffered, Magics, ShellFailed
from local_workspace.notebooks.notebook_run import CellFailed, NotebookRun, reader, writer

Run = Callable[..., list[str]]


@pytest.fixture
def names() -> dict[str, Any]:
    return {}


@pytest.fixture
def run(tmp_path: Path, names: dict[str, Any]) -> Run:
    """Run cells; what each has shown."""
    (tmp_path / "Shared").mkdir()
    (tmp_path / "dbfs").mkdir()
    magics = Magics(
        names, {"/dbfs": str(tmp_path / "dbfs")}, [sys.executable, "-c", "import sys; sys.exit(3)", "install"]
    )
    shown = tmp_path / "cells.json"
    notebook = NotebookRun(names, magics, reader(str(tmp_path)), writer(shown))

    def run(*cells: str) -> list[str]:
        source = "\n# COMMAND ----------\n".join(cells)
        notebook.run("# Databricks notebook source\n" + source, "/Shared/main", "PYTHON")
        return [cell["output"] for cell in json.loads(shown.read_text())]

    return run


def test_a_last_expression_is_shown_and_a_statement_is_not(run: Run) -> None:
    assert run("x = 20", "x + 1", "x + 2;", "print('p')\nNone", "_") == ["", "21\n", "", "p\n", "21\n"]


def test_names_live_on_in_later_cells_and_a_failure_ends_the_notebook(
    run: Run, names: dict[str, Any], tmp_path: Path
) -> None:
    with pytest.raises(ZeroDivisionError):
        run("def half(n):\n    return n / 0", "print('before')\nhalf(2)", "never = 1")
    assert "never" not in names
    assert [cell["output"] for cell in json.loads((tmp_path / "cells.json").read_text())] == [
        "",
        "before\n",
        "",
    ]


def test_the_shell_sees_dbfs_and_fails_the_cell_only_when_asked(run: Run, tmp_path: Path) -> None:
    mkdir = "%sh\nmkdir /dbfs/lab\necho hi > /dbfs/lab/a.txt\nls /dbfs/lab"
    assert run(mkdir, "%sh false", "!echo line", "%sh\necho x/dbfs/y") == [
        "a.txt\n",
        "",
        "line\n",
        "x/dbfs/y\n",
    ]
    assert (tmp_path / "dbfs/lab/a.txt").read_text() == "hi\n"
    with pytest.raises(ShellFailed, match="exit code 1"):
        run("%sh -e\nfalse\necho never")


def test_pip_that_fails_fails_the_cell(run: Run) -> None:
    with pytest.raises(ShellFailed, match="pip ended with exit code 3"):
        run("%pip install nothing")


def test_run_brings_the_names_of_another_notebook(run: Run, tmp_path: Path) -> None:
    (tmp_path / "Shared/other").write_text("# Databricks notebook source\nnumber = 5\nprint('other')")
    assert run("%run ./other", "number") == ["other\n", "5\n"]
    for path in ("./none", "../../etc/passwd"):
        with pytest.raises(CellFailed, match="Notebook not found"):
            run(f"%run {path}")


@pytest.mark.parametrize("cell", ["%scala\nval x = 1", "%r\nx <- 1", "%timeit 1\nx = 1", "%pip uninstall x"])
def test_what_is_not_offered_is_refused_by_name(run: Run, cell: str) -> None:
    with pytest.raises(MagicNotOffered, match=cell.split()[0]):
        run(cell)


def test_a_line_may_keep_what_a_command_prints(run: Run, names: dict[str, Any]) -> None:
    names["word"] = "seen"
    cell = "lines = !echo one; echo {word} $word ${word} {nothing} $nothing."
    assert run(cell, "lines") == ["", "['one', 'seen seen {nothing} .']\n"]


def test_a_cell_is_timed_silenced_or_written_to_a_file(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "a file.txt"
    shown = run(
        "%%time\nprint('timed')",
        "%time 1 + 1",
        "%%capture out\nprint('unseen')\nx = 3",
        f"%%writefile '{file}'\none\n\ntwo",
        f"%%writefile -a '{file}'\nthree",
        "%%bash\necho $((1 + 1))",
        "x",
    )
    assert shown[0].splitlines()[0] == "timed"
    assert shown[1].splitlines()[0] == "2"
    assert all("Wall time: " in each for each in shown[:2])
    assert shown[2:] == ["", f"Writing {file}\n", f"Appending to {file}\n", "2\n", "3\n"]
    assert file.read_text() == "one\n\ntwo\nthree\n"


def test_variables_and_the_folder_are_those_of_the_process(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLOUR", "red")
    assert run("%env COLOUR", "%env COLOUR = dark blue", "%cd Shared", "%pwd", "!echo $COLOUR") == [
        "red\n",
        "env: COLOUR=dark blue\n",
        f"{tmp_path / 'Shared'}\n",
        f"{str(tmp_path / 'Shared')!r}\n",
        "dark blue\n",
    ]


def test_run_gives_values_to_the_widgets_of_the_notebook(
    run: Run, names: dict[str, Any], tmp_path: Path
) -> None:
    names["dbutils"] = SimpleNamespace(widgets=WidgetUtils({}))
    (tmp_path / "Shared/other").write_text("# Databricks notebook source\nprint(dbutils.widgets.getAll())")
    assert run('%run ./other $day="two days" $n=5') == ["{'day': 'two days', 'n': '5'}\n"]
    with pytest.raises(MagicNotOffered, match="%run takes arguments as"):
        run("%run ./other day")


def test_a_cell_may_await_and_what_waits_lives_on(run: Run) -> None:
    begins = "import asyncio\nasync def five():\n    await asyncio.sleep(0)\n    return 5"
    task = "task = asyncio.get_running_loop().create_task(five())\nawait asyncio.sleep(0)"
    assert run(begins, task, "1 + await task", "await five();", "print('after')") == [
        "",
        "",
        "6\n",
        "",
        "after\n",
    ]


def test_text_that_looks_like_a_magic_is_left_alone(run: Run) -> None:
    assert run('x = """\n%d items\n!done\n"""\nprint(x)') == ["\n%d items\n!done\n\n"]


def test_an_exit_is_caught_by_code_that_catches_everything_as_on_databricks() -> None:
    assert issubclass(NotebookExit, Exception)


def test_a_parameter_of_the_run_wins_over_a_widgets_default() -> None:
    widgets = WidgetUtils({"given": "1"})
    widgets.text("given", "default")
    widgets.dropdown("other", "a", ["a", "b"])
    assert widgets.getAll() == {"given": "1", "other": "a"}
    with pytest.raises(InputWidgetNotDefined, match="No input widget named none is defined"):
        widgets.get("none")


def test_a_cell_may_be_indented_as_a_whole(run: Run) -> None:
    assert run("\n    if True:\n        x = 1\n    x + 1\n") == ["2\n"]
