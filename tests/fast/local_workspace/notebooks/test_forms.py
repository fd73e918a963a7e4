"""Notebooks in both of their forms."""

import json

import pytest

from local_workspace.notebooks.forms import to_jupyter, to_source
from local_workspace.notebooks.source import cells_of

PYTHON = """# Databricks notebook source
x = 1
if x:

    print("two lines")

# COMMAND ----------

# MAGIC %md
# MAGIC # Title
# MAGIC
# MAGIC text

# COMMAND ----------

# MAGIC %pip install a
import a

# COMMAND ----------

# MAGIC %sql
# MAGIC SELECT 1
"""
SQL = """-- Databricks notebook source
SELECT 1

-- COMMAND ----------

-- MAGIC %python
-- MAGIC x = 1
"""


@pytest.mark.parametrize(("source", "language"), [(PYTHON, "PYTHON"), (SQL, "SQL")])
def test_a_notebook_comes_back_from_the_other_form_as_it_was(source: str, language: str) -> None:
    jupyter = to_jupyter(source, language, "mine")
    assert to_source(jupyter, language) == source
    kinds = [cell.kind for cell in cells_of(source, language)]
    assert [cell.kind for cell in cells_of(jupyter, language)] == kinds
    own = json.loads(jupyter)["metadata"]["application/vnd.databricks.v1+notebook"]
    assert own == {"language": language.lower(), "notebookName": "mine"}
