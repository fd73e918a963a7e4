"""A notebook's cells one after the other, in one namespace, each with what it shows."""

import contextlib
import importlib
import io
import json
import posixpath
import re
import shlex
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from local_workspace.dbutils.secrets import redacted
from local_workspace.notebooks.ipython import silenced, timed, write_file
from local_workspace.notebooks.magics import MagicNotOffered, Magics
from local_workspace.notebooks.python_cell import run_python
from local_workspace.notebooks.source import Cell, cell_of, cells_of

MOST_CHARACTERS = 1_000_000
_HEADERS = {"#": "PYTHON", "--": "SQL", "//": "SCALA"}
_ARGUMENT = re.compile(r"\$(\w+)=(.*)", re.DOTALL)


class CellFailed(Exception):
    """A cell that cannot run: its language, or the notebook that it names, is not here."""


class Output(io.TextIOBase):
    """Standard output or error while a cell runs: what is written is kept for the cell, and handed on."""

    def __init__(self, cell: dict[str, str], under: Any) -> None:
        self._cell = cell
        self._under = under

    def write(self, text: str) -> int:
        """Take a text, without the secrets that this process has read."""
        shown = redacted(text)
        if len(self._cell["output"]) < MOST_CHARACTERS:
            self._cell["output"] += shown
        self._under.write(shown)
        return len(text)

    def flush(self) -> None:
        """Hand on what is held."""
        self._under.flush()


class NotebookRun:
    """Runs cells; `show` is told all of them, with their sources and outputs, at every step."""

    def __init__(
        self,
        namespace: dict[str, Any],
        magics: Magics,
        read: Callable[[str], str],
        show: Callable[[list[dict[str, str]]], None],
    ) -> None:
        self._namespace = namespace
        self._magics = magics
        self._read = read
        self._show = show
        self._shown: list[dict[str, str]] = []

    def run(self, text: str, path: str, language: str) -> None:
        """Run a notebook to its end; raises what its cells raise."""
        cells = cells_of(text, language)
        self._shown = [{"source": cell.shown, "output": ""} for cell in cells]
        for number, (cell, shown) in enumerate(zip(cells, self._shown, strict=True), 1):
            with self._captured(shown):
                self._run_cell(cell, f"<cell {number} of {path}>", path)

    def command(self, source: str, language: str, name: str) -> str:
        """Run one cell and return what it shows; raises what it raises."""
        shown = {"source": source, "output": ""}
        with self._captured(shown):
            self._run_cell(cell_of(source, language), name, "/")
        return shown["output"]

    @contextlib.contextmanager
    def _captured(self, shown: dict[str, str]) -> Iterator[None]:
        self._show(self._shown)
        with (
            contextlib.redirect_stdout(Output(shown, sys.stdout)),
            contextlib.redirect_stderr(Output(shown, sys.stderr)),
        ):
            try:
                yield
            finally:
                self._show(self._shown)

    def _run_cell(self, cell: Cell, name: str, path: str) -> None:
        def python(source: str) -> None:
            run_python(source, self._namespace, name, self._magics.line)

        kinds: dict[str, Callable[[str], None]] = {
            "python": python,
            "time": lambda source: timed(lambda: python(source)),
            "capture": lambda source: silenced(lambda: python(source.partition("\n")[2])),
            "writefile": write_file,
            "bash": self._magics.sh,
            "md": lambda _: None,
            "run": lambda source: self._run_inside(source, path),
            "sql": self._magics.sql,
            "sh": self._magics.sh,
            "fs": self._magics.fs,
            "pip": self._pip,
        }
        if cell.kind not in kinds:
            raise MagicNotOffered(f"Cells in %{cell.kind} are not offered by the local workspace.")
        kinds[cell.kind](cell.source)

    def _pip(self, source: str) -> None:
        self._magics.pip(source)
        importlib.invalidate_caches()

    def _run_inside(self, source: str, path: str) -> None:
        """`%run`: another notebook's cells in this namespace, as if they stood here.

        What it is given, as `$name="value"`, are values of widgets.
        """
        name, *arguments = shlex.split(source)
        if arguments:
            given = [_ARGUMENT.fullmatch(argument) for argument in arguments]
            if not all(given):
                raise MagicNotOffered(f'%run takes arguments as $name="value", got {source.strip()}')
            self._namespace["dbutils"].widgets.give({each[1]: each[2] for each in given if each})
        other = posixpath.normpath(posixpath.join(posixpath.dirname(path), name))
        text = self._read(other)
        header = re.match(r"(#|--|//) Databricks notebook source", text)
        for number, cell in enumerate(cells_of(text, _HEADERS[header[1]] if header else "PYTHON"), 1):
            self._run_cell(cell, f"<cell {number} of {other}>", other)


def reader(workspace: str) -> Callable[[str], str]:
    """Reads notebooks by their workspace paths; `workspace` is the folder that is `/Workspace` here."""
    root = Path(workspace).resolve()

    def read(path: str) -> str:
        file = (root / path.removeprefix("/Workspace").lstrip("/")).resolve()
        if not file.is_relative_to(root) or not file.is_file():
            raise CellFailed(f"Notebook not found: {path}")
        return file.read_text()

    return read


def writer(file: Path) -> Callable[[list[dict[str, str]]], None]:
    """Keeps cells in a file, as JSON."""

    def write(cells: list[dict[str, str]]) -> None:
        unfinished = file.with_suffix(".part")
        unfinished.write_text(json.dumps(cells))
        unfinished.replace(file)

    return write
