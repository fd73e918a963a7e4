"""A notebook's file as cells, in both forms."""

import json

from local_workspace.notebooks.source import Cell, cell_of, cells_of

SOURCE = """# Databricks notebook source
# MAGIC %md
# MAGIC # A title

# COMMAND ----------

# DBTITLE 1,Numbers
x = 1
print(x)

# COMMAND ----------

# MAGIC %sh
# MAGIC ls /dbfs
# MAGIC
# MAGIC echo done

# COMMAND ----------

# MAGIC %run ./other
"""


def pairs(cells: list[Cell]) -> list[tuple[str, str]]:
    return [(cell.kind, cell.source.strip()) for cell in cells]


def test_the_source_form_has_cells_between_commands() -> None:
    assert pairs(cells_of(SOURCE, "PYTHON")) == [
        ("md", "# A title"),
        ("python", "x = 1\nprint(x)"),
        ("sh", "ls /dbfs\n\necho done"),
        ("run", "./other"),
    ]


def test_cells_of_an_sql_notebook_are_sql_unless_they_say_otherwise() -> None:
    text = "-- Databricks notebook source\nSELECT 1\n\n-- COMMAND ----------\n\n"
    text += "-- MAGIC %python\n-- MAGIC print(1)\n"
    assert pairs(cells_of(text, "SQL")) == [("sql", "SELECT 1"), ("python", "print(1)")]


def test_jupyters_form_has_the_same_cells() -> None:
    cells = [
        {"cell_type": "markdown", "source": ["# A title\n", "text"]},
        {"cell_type": "code", "source": ["%sql\n", "SELECT 1"]},
        {"cell_type": "code", "source": "x = 1"},
        {"cell_type": "code", "source": []},
    ]
    assert pairs(cells_of(json.dumps({"cells": cells, "nbformat": 4}), "PYTHON")) == [
        ("md", "# A title\ntext"),
        ("sql", "SELECT 1"),
        ("python", "x = 1"),
    ]


def test_a_line_magic_leaves_a_cell_python() -> None:
    assert cell_of("%matplotlib inline\nx = 1").kind == "python"
    assert cell_of("%pip install a\nimport a").kind == "python"
    assert cell_of("%pip install a").kind == "pip"
