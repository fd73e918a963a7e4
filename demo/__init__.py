"""Start a local workspace and Airflow, run the DAG once, show what happened, leave nothing behind."""
