"""Airflow DAGs for the end-to-end tests: penguins that are in the workspace already, read where they are."""

from penguin_predictor import plan

from rookery import Compute, FilesSource, Registry, TableSource, TrainingPlan, training_dag

penguins_in_a_table = training_dag(
    TrainingPlan.model_validate(
        dict(plan)
        | {
            "source": TableSource(name="default.penguins_in_a_table"),
            "registry": Registry(registered_model_name="Penguins In A Table"),
            "compute": Compute(existing_cluster_id="0000-000000-none"),
            "deploy": False,
        }
    ),
    dag_id="penguins_in_a_table",
    schedule=None,
)

penguins_in_a_volume = training_dag(
    TrainingPlan.model_validate(
        dict(plan)
        | {
            "source": FilesSource(path="/Volumes/main/default/penguins_in_place/penguins"),
            "registry": Registry(registered_model_name="Penguins In A Volume"),
            "deploy": False,
        }
    ),
    dag_id="penguins_in_a_volume",
    schedule=None,
)
