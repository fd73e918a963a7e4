"""Airflow DAG: which customers will leave? Retrained every month, judged on those that signed up last."""

from rookery import (
    CsvSource,
    Endpoint,
    Features,
    Gate,
    Registry,
    Sweep,
    TimeSplit,
    TrainingPlan,
    training_dag,
)

plan = TrainingPlan(
    source=CsvSource(url="data/customers.csv"),
    features=Features(
        # CustomerId tells customers apart and nothing of them, so it is left out.
        categorical=["Tariff", "Country", "PaymentMethod"],
        numeric=["Age", "MonthlySpend", "SupportTickets"],
        missing_numeric="median",
        missing_categorical="category",
        handle_invalid="keep",  # there are countries that no customer was from until last month
        encoding="one-hot",
        scaling="standard",
    ),
    label="Churned",
    label_type="string",
    split=TimeSplit(column="SignedUp", validation_days=90, test_days=90),
    sweep=[
        Sweep(algorithm="LogisticRegression", grid={"maxIter": [50], "regParam": [0.0, 0.01, 0.1]}),
        Sweep(algorithm="RandomForestClassifier", grid={"numTrees": [20], "maxDepth": [5, 8]}),
        Sweep(algorithm="GBTClassifier", grid={"maxIter": [10], "maxDepth": [3, 5]}),
    ],
    class_weights="balanced",  # one of ten leaves: "nobody leaves" would be right for the others
    metric="areaUnderROC",
    gates=[Gate(metric="areaUnderROC", threshold=0.75)],
    registry=Registry(registered_model_name="Churn"),
    endpoint=Endpoint(
        name="churn",
        dataframe_records=[
            {
                "Tariff": "basic",
                "Country": "Finland",
                "PaymentMethod": None,
                "Age": None,
                "MonthlySpend": 14.5,
                "SupportTickets": 5,
            }
        ],
    ),
)

churn = training_dag(plan, dag_id="churn", schedule="@monthly", catchup=False, pool="databricks")
