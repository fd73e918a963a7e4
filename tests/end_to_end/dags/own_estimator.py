"""Airflow DAG for the end-to-end tests: an estimator of a user's own package, served by Spark."""

import pendulum

from rookery import CsvSource, Endpoint, Features, RandomSplit, Registry, Sweep, TrainingPlan, training_dag

plan = TrainingPlan(
    source=CsvSource(url="data/penguins.csv"),
    features=Features(categorical=["Island"], numeric=["CulmenLength", "BodyMass"]),
    label="Species",
    split=RandomSplit(seed=42),
    sweep=[
        Sweep(
            algorithm="threshold_estimators.ThresholdClassifier",
            objective="classification",
            grid={"shift": [0.0, 0.3]},
        )
    ],
    package="threshold_estimators",
    registry=Registry(registered_model_name="Own Estimator"),
    endpoint=Endpoint(
        name="own-estimator",
        dataframe_records=[{"Island": "Biscoe", "CulmenLength": 48.7, "BodyMass": 4450}],
    ),
    keep_endpoint=False,
)

own_estimator = training_dag(
    plan, dag_id="own_estimator", schedule=None, start_date=pendulum.datetime(2026, 1, 1)
)
