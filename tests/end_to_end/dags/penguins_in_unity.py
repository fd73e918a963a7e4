"""Airflow DAG for the end-to-end tests: the penguins in a workspace that has Unity Catalog alone."""

from penguin_predictor import plan

from rookery import Registry, TrainingPlan, training_dag

unity_plan = TrainingPlan.model_validate(
    dict(plan)
    | {
        "data_root": "/Volumes/main/default/rookery/end_to_end",
        "registry": Registry(registered_model_name="main.default.penguins_in_unity"),
    }
)

penguins_in_unity = training_dag(
    unity_plan,
    dag_id="penguins_in_unity",
    databricks_conn_id="databricks_unity",
    schedule=None,
    pool="databricks",
)
