"""Loaded by every Airflow process when it starts (Airflow's documentation: "Local settings").

A Celery worker forks its tasks, so what it has imported, no task imports again.
"""

import sys
from importlib import import_module

if sys.argv[1:3] == ["celery", "worker"]:
    for heavy in (
        "airflow.providers.databricks.hooks.databricks",
        "databricks.sdk",
        "rookery.dag_factory.training",
    ):
        import_module(heavy)
