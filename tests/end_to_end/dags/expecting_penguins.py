"""Airflow DAG for the end-to-end tests: data and champion must be as before, or nothing changes."""

import pendulum

from rookery import (
    CsvSource,
    Endpoint,
    Expectations,
    Features,
    Judge,
    RandomSplit,
    Registry,
    Sweep,
    TrainingPlan,
    training_dag,
)

plan = TrainingPlan(
    source=CsvSource(url="data/penguins.csv"),
    features=Features(categorical=["Island"], numeric=["CulmenLength", "FlipperLength", "BodyMass"]),
    label="Species",
    split=RandomSplit(seed=42),
    sweep=[Sweep(algorithm="LogisticRegression", grid={"maxIter": [5], "regParam": [0.01]})],
    expectations=Expectations(on_drift="refuse"),
    judge=Judge(on_incomparable="refuse"),
    registry=Registry(registered_model_name="Expecting Penguins"),
    endpoint=Endpoint(name="expecting-penguins"),
)

expecting_penguins = training_dag(
    plan, dag_id="expecting_penguins", schedule=None, start_date=pendulum.datetime(2026, 1, 1)
)
