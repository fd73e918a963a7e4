"""A DAG with one operator of the Databricks provider."""

from airflow.providers.databricks.operators.databricks import DatabricksSubmitRunOperator
from airflow.sdk import DAG

with DAG("plain", schedule=None) as dag:
    DatabricksSubmitRunOperator(
        task_id="train",
        existing_cluster_id="1128-123456-abcdefgh",
        spark_python_task={"python_file": "/Workspace/train.py"},
    )
