"""A notebook's file as cells: Databricks' source form, or Jupyter's.

https://docs.databricks.com/notebooks/notebook-format
"""

import json
import re
from dataclasses import dataclass

COMMENTS = {"PYTHON": "#", "R": "#", "SCALA": "//", "SQL": "--"}
_OF_LANGUAGE = {"PYTHON": "python", "R": "r", "SCALA": "scala", "SQL": "sql"}
_MAGIC = re.compile(r"\s*(%{1,2})(\w+)[ \t]*(.*)", re.DOTALL)
# Magics of a whole cell. Any other is a line of Python's own.
KINDS = frozenset({"python", "sql", "sh", "md", "fs", "run", "pip", "scala", "r"})
# Those of IPython, which are of a line with one sign and of a cell with two.
CELL_KINDS = frozenset({"bash", "capture", "time", "writefile"})


@dataclass(frozen=True)
class Cell:
    """What kind of cell it is (the name of its magic), and its source without that."""

    kind: str
    source: str
    shown: str
    """The source as the notebook shows it."""


def cells_of(text: str, language: str) -> list[Cell]:
    """The cells of a notebook; they are in `language` (PYTHON, SQL, SCALA, R) unless they say otherwise."""
    sources = _of_jupyter(text) if text.lstrip().startswith("{") else _of_source(text, COMMENTS[language])
    default = _OF_LANGUAGE[language]
    return [cell_of(source, default) for source in sources if source.strip()]


def cell_of(source: str, default: str = "python") -> Cell:
    """One cell, by the magic in its first line."""
    magic = _MAGIC.match(source)
    if magic is None:
        return Cell(default, source, source)
    mark, name, rest = magic.groups()
    is_of_cell = name in KINDS or (mark == "%%" and name in CELL_KINDS)
    if not is_of_cell or (name == "pip" and "\n" in rest.strip()):
        return Cell(default, source, source)
    return Cell(name, rest, source)


def _of_source(text: str, comment: str) -> list[str]:
    """Cells are between lines `# COMMAND ----------`; lines of a magic begin with `# MAGIC `."""
    body = re.sub(rf"\A{re.escape(comment)} Databricks notebook source\r?\n?", "", text)
    parts = re.split(rf"^{re.escape(comment)} COMMAND -+[ \t]*\r?$\n?", body, flags=re.MULTILINE)
    return [_without_magic_comments(part, comment) for part in parts]


def _without_magic_comments(part: str, comment: str) -> str:
    lines = [line for line in part.splitlines() if not line.startswith(f"{comment} DBTITLE")]
    prefix = f"{comment} MAGIC"
    return "\n".join(
        line.removeprefix(prefix).removeprefix(" ") if line.startswith(prefix) else line for line in lines
    ).strip("\n")


def _of_jupyter(text: str) -> list[str]:
    return [_jupyter_source(cell) for cell in json.loads(text).get("cells", [])]


def _jupyter_source(cell: dict[str, str | list[str]]) -> str:
    source = cell.get("source", "")
    joined = source if isinstance(source, str) else "".join(source)
    return joined if cell.get("cell_type") == "code" else f"%md\n{joined}"
