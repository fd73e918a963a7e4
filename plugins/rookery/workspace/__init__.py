"""What is asked of a Databricks workspace, free of Airflow: every function takes the client first."""
