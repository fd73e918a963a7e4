"""Airflow DAG for the end-to-end tests: the penguins from a web server of the test, with small grids of two
algorithms, labels that are texts with their probabilities, and missing values that are filled in."""

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
    source=CsvSource(url="http://127.0.0.1/penguins.csv", allowed_hosts=["127.0.0.1"]),
    features=Features(
        categorical=["Island"],
        numeric=["CulmenLength", "CulmenDepth", "FlipperLength", "BodyMass"],
        missing_numeric="median",
        encoding="one-hot",
        scaling="standard",
    ),
    label="Species",
    split=RandomSplit(seed=42),
    sweep=[
        Sweep(
            algorithm="LogisticRegression",
            grid={"maxIter": [10, 20], "regParam": [0.01], "family": ["auto"]},
        ),
        Sweep(algorithm="RandomForestClassifier", grid={"numTrees": [5]}),
    ],
    label_type="string",
    probabilities=True,
    gates=[Gate(metric="accuracy", threshold=0.8)],
    registry=Registry(registered_model_name="Penguins Over HTTP"),
    endpoint=Endpoint(
        name="penguins-over-http",
        dataframe_records=[
            {
                "Island": "Biscoe",
                "CulmenLength": 48.7,
                "CulmenDepth": 14.1,
                "FlipperLength": None,
                "BodyMass": 4450,
            }
        ],
    ),
    keep_endpoint=False,
)

penguins_over_http = training_dag(
    plan,
    dag_id="penguins_over_http",
    schedule=None,
    start_date=pendulum.datetime(2026, 1, 1),
)
