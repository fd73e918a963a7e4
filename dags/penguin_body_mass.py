"""Airflow DAG: how heavy is a penguin, in grams? Retrained when the species' model has a new version."""

from rookery import (
    CsvSource,
    Endpoint,
    Features,
    Gate,
    RandomSplit,
    Registry,
    Sweep,
    TrainingPlan,
    model_asset,
    training_dag,
)

plan = TrainingPlan(
    source=CsvSource(url="data/penguins.csv"),
    features=Features(
        # The species is a number in the file, but no amount: two are not twice as much as one.
        categorical=["Island", "Species"],
        numeric=["CulmenLength", "CulmenDepth", "FlipperLength"],
        encoding="one-hot",
    ),
    label="BodyMass",
    split=RandomSplit(validation_size=0.15, test_size=0.15, seed=42),
    sweep=[
        Sweep(
            algorithm="LinearRegression", grid={"regParam": [0.0, 1.0, 10.0], "elasticNetParam": [0.0, 0.5]}
        ),
        Sweep(algorithm="RandomForestRegressor", grid={"numTrees": [20, 50], "maxDepth": [3, 5]}),
    ],
    metric="rmse",
    gates=[Gate(metric="rmse", threshold=450)],  # grams
    registry=Registry(registered_model_name="Penguin Body Mass"),
    endpoint=Endpoint(
        name="penguin-body-mass",
        dataframe_records=[
            {
                "Island": "Biscoe",
                "Species": "1",
                "CulmenLength": 48.7,
                "CulmenDepth": 14.1,
                "FlipperLength": 210,
            }
        ],
    ),
)

penguin_body_mass = training_dag(
    plan,
    dag_id="penguin_body_mass",
    schedule=[model_asset("Penguin Predictor")],
    catchup=False,
    pool="databricks",
)
