"""Loaded by every Airflow process when it starts (Airflow's documentation: "Local settings").

A Celery worker forks its tasks, so what it has imported, no task imports again.
"""

import gc
import sys
from importlib import import_module

HEAVY = ("airflow.providers.databricks.hooks.databricks", "databricks.sdk", "rookery.dag_factory.training")

if sys.argv[1:3] == ["celery", "worker"]:
    for module in HEAVY:
        import_module(module)
    # Kept out of collections, which would write to its memory, it stays one copy for all of them.
    gc.freeze()
