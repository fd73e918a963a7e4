"""Airflow DAG: each new version of the penguin model scores the penguins that came in."""

from rookery import BatchScoring, model_asset, scoring_dag

plan = BatchScoring(
    registered_model_name="Penguin Predictor",
    input_path="dbfs:/rookery/incoming/penguins",
    output_path="dbfs:/rookery/predictions/penguins",
)

penguin_batch_scoring = scoring_dag(
    plan,
    dag_id="penguin_batch_scoring",
    schedule=[model_asset(plan.registered_model_name)],
    catchup=False,
    pool="databricks",
)
