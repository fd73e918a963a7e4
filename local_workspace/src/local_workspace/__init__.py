"""A Databricks workspace on this machine: its REST API, with real Spark, MLflow and serving behind it."""
