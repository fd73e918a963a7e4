"""Airflow DAGs for the end-to-end tests: what becomes of data and of a champion that are not as before."""

from typing import Any

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


def expecting(dag_id: str, **rules: Any) -> None:
    """A DAG of these rules, with a model and an endpoint of its own."""
    plan = TrainingPlan(
        source=CsvSource(url="data/penguins.csv"),
        features=Features(categorical=["Island"], numeric=["CulmenLength", "FlipperLength", "BodyMass"]),
        label="Species",
        split=RandomSplit(seed=42),
        sweep=[Sweep(algorithm="LogisticRegression", grid={"maxIter": [5], "regParam": [0.01]})],
        registry=Registry(registered_model_name=dag_id),
        endpoint=Endpoint(name=dag_id.replace("_", "-")),
        **rules,
    )
    training_dag(plan, dag_id=dag_id, schedule=None, start_date=pendulum.datetime(2026, 1, 1))


expecting(
    "expecting_penguins",
    expectations=Expectations(on_drift="refuse"),
    judge=Judge(on_incomparable="refuse"),
)
expecting("warned_penguins", expectations=Expectations(on_drift="warn"))
