"""Airflow DAG: the same penguins in a workspace of a new account, which has Unity Catalog and no DBFS root.

Its Volume is created once: CREATE VOLUME main.default.rookery
"""

from penguin_predictor import plan

from rookery import Endpoint, Registry, TrainingPlan, training_dag

unity_plan = TrainingPlan.model_validate(
    dict(plan)
    | {
        "data_root": "/Volumes/main/default/rookery",
        "registry": Registry(registered_model_name="main.default.penguin_predictor"),
        "endpoint": Endpoint.model_validate(dict(plan.endpoint) | {"name": "predict-penguin-unity"}),
    }
)

penguin_predictor_unity = training_dag(
    unity_plan,
    dag_id="penguin_predictor_unity",
    schedule=None,
    catchup=False,
    pool="databricks",
)
