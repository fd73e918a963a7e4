"""Airflow DAG for the end-to-end tests: the model of penguins_in_unity scores a folder of a Volume."""

from rookery import BatchScoring, scoring_dag

ROOT = "/Volumes/main/default/rookery/end_to_end"

plan = BatchScoring(
    registered_model_name="main.default.penguins_in_unity",
    input_path=f"{ROOT}/incoming",
    output_path=f"{ROOT}/predictions",
    data_root=ROOT,
)

penguins_scored_in_unity = scoring_dag(
    plan,
    dag_id="penguins_scored_in_unity",
    databricks_conn_id="databricks_unity",
    schedule=None,
    pool="databricks",
)
