"""Airflow DAG for the end-to-end tests: new versions of it take over by steps, if they are better."""

import pendulum

from rookery import (
    CsvSource,
    Endpoint,
    Features,
    Gate,
    RandomSplit,
    Registry,
    Sweep,
    TrainingPlan,
    training_dag,
)

plan = TrainingPlan(
    source=CsvSource(url="data/penguins.csv"),
    features=Features(
        categorical=["Island"], numeric=["CulmenLength", "CulmenDepth", "FlipperLength", "BodyMass"]
    ),
    label="Species",
    split=RandomSplit(seed=42),
    sweep=[Sweep(algorithm="LogisticRegression", grid={"maxIter": [5], "regParam": [0.01]})],
    gates=[Gate(metric="accuracy", threshold=0.2)],
    registry=Registry(registered_model_name="Judged Penguins"),
    endpoint=Endpoint(name="judged-penguins", canary_steps=[50]),
)

judged_penguins = training_dag(
    plan, dag_id="judged_penguins", schedule=None, start_date=pendulum.datetime(2026, 1, 1)
)
