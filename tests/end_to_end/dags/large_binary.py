"""Airflow DAG for the end-to-end tests: 50,000 rows with two classes, as another country writes it."""

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
    source=CsvSource(
        url="http://127.0.0.1/large.csv",
        allowed_hosts=["127.0.0.1"],
        delimiter=";",
        decimal=",",
        encoding="windows-1252",
    ),
    features=Features(categorical=["Straße"], numeric=["Betrag"], boolean=["Neu"], encoding="one-hot"),
    label="Bezahlt",
    label_type="boolean",
    split=RandomSplit(seed=42),
    sweep=[
        Sweep(algorithm="LogisticRegression", grid={"maxIter": [20]}),
        Sweep(algorithm="GBTClassifier", grid={"maxIter": [3]}),
    ],
    metric="logLoss",
    gates=[Gate(metric="logLoss", threshold=0.5), Gate(metric="areaUnderROC", threshold=0.9)],
    registry=Registry(registered_model_name="Large Binary"),
    endpoint=Endpoint(
        name="large-binary",
        dataframe_records=[
            {"Straße": "Mühlweg", "Betrag": 12.5, "Neu": False},
            {"Straße": "Am Tor", "Betrag": 980, "Neu": True},
        ],
    ),
    keep_endpoint=False,
)

large_binary = training_dag(
    plan,
    dag_id="large_binary",
    schedule=None,
    start_date=pendulum.datetime(2026, 1, 1),
)
