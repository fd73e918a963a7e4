"""MLflow on the workspace's origin: the real server application, with Databricks' own rules before it."""
