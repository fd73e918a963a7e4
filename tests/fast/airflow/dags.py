"""What tests ask of DAGs and DAG files."""

from airflow.sdk import DAG

PARSE_DAG = """
import sys
import runpy
runpy.run_path(sys.argv[1])
heavy = ("airflow.providers.databricks.hooks", "databricks", "fastapi", "mlflow", "pandas", "pyspark")
loaded = sorted(name for name in heavy if name in sys.modules)
assert not loaded, loaded
"""


def upstream(dag: DAG, task_id: str) -> set[str]:
    return set(dag.get_task(task_id).get_flat_relative_ids(upstream=True))
