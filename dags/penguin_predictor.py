"""Airflow DAG: which penguin is it? Retrained every week."""

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
    split=RandomSplit(validation_size=0.15, test_size=0.15, seed=42),
    sweep=[
        Sweep(
            algorithm="LogisticRegression",
            grid={"maxIter": [5, 10, 20], "regParam": [0.01, 0.1, 0.2, 0.5]},
        )
    ],
    metric="accuracy",
    gates=[Gate(metric="accuracy", threshold=0.9)],
    registry=Registry(registered_model_name="Penguin Predictor"),
    endpoint=Endpoint(
        name="predict-penguin",
        workload_size="Small",
        dataframe_records=[
            {
                "Island": "Biscoe",
                "CulmenLength": 48.7,
                "CulmenDepth": 14.1,
                "FlipperLength": 210,
                "BodyMass": 4450,
            }
        ],
    ),
)

penguin_predictor = training_dag(
    plan,
    dag_id="penguin_predictor",
    schedule="@weekly",
    catchup=False,
    pool="databricks",
    auto_register=False,  # as penguin_predictor_unity.py imports the plan, but not the DAG
)
