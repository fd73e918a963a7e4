"""Airflow DAG for the end-to-end tests: penguins measured on different days, seen up to a run's date."""

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
    source=CsvSource(url="http://127.0.0.1/measured.csv", allowed_hosts=["127.0.0.1"]),
    features=Features(categorical=["Island"], numeric=["CulmenLength", "FlipperLength"]),
    label="Species",
    as_of_column="MeasuredOn",
    split=RandomSplit(seed=42),
    sweep=[
        Sweep(
            algorithm="LogisticRegression",
            grid={"maxIter": [5, 10], "regParam": [0.01], "family": ["auto"]},
        )
    ],
    gates=[Gate(metric="accuracy", threshold=0.5)],
    registry=Registry(registered_model_name="Measured Penguins"),
    endpoint=Endpoint(name="measured-penguins"),
)

measured_penguins = training_dag(
    plan,
    dag_id="measured_penguins",
    # Over, so that nothing starts by the clock: only the past can be asked for.
    schedule="@daily",
    start_date=pendulum.datetime(2026, 1, 1),
    end_date=pendulum.datetime(2026, 1, 7),
    pool="databricks",
    default_args={"retry_delay": pendulum.duration(seconds=1)},
)
