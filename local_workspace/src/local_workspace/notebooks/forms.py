"""A notebook in Databricks' source form from Jupyter's, and the other way round.

https://docs.databricks.com/notebooks/notebook-format
"""

import json
import re
from typing import Any

from local_workspace.notebooks.source import COMMENTS, Cell, cells_of

_LINE_MAGIC = re.compile(r"\s*[%!]")


def to_source(text: str, language: str) -> str:
    """Databricks' source form of a Jupyter notebook whose cells are in `language` (PYTHON, SQL, SCALA, R)."""
    comment = COMMENTS[language]
    cells = [_commented(cell, comment) for cell in cells_of(text, language)]
    between = f"\n\n{comment} COMMAND ----------\n\n"
    return f"{comment} Databricks notebook source\n{between.join(cells)}\n"


def to_jupyter(text: str, language: str, name: str) -> str:
    """Jupyter's form of a notebook in the source form; `name` is the notebook's."""
    own = {"language": language.lower(), "notebookName": name}
    notebook = {
        "cells": [_jupyter(cell) for cell in cells_of(text, language)],
        "metadata": {
            "application/vnd.databricks.v1+notebook": own,
            "language_info": {"name": language.lower()},
        },
        "nbformat": 4,
        "nbformat_minor": 0,
    }
    return json.dumps(notebook, indent=1, ensure_ascii=False)


def _commented(cell: Cell, comment: str) -> str:
    """A cell as it stands in the source form: what is not in the notebook's language is commented out."""
    is_own = cell.source == cell.shown  # no magic makes it a cell of another kind
    return "\n".join(
        line if is_own and not _LINE_MAGIC.match(line) else f"{comment} MAGIC {line}".rstrip()
        for line in cell.shown.splitlines()
    )


def _jupyter(cell: Cell) -> dict[str, Any]:
    if cell.kind == "md":
        return {"cell_type": "markdown", "metadata": {}, "source": _lines(cell.source.strip("\n"))}
    code: dict[str, Any] = {"cell_type": "code", "execution_count": None, "metadata": {}, "outputs": []}
    return code | {"source": _lines(cell.shown)}


def _lines(text: str) -> list[str]:
    return text.splitlines(keepends=True)
