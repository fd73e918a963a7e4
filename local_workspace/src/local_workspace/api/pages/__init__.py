"""Pages for people, at Databricks' own addresses: job runs, clusters, endpoints, and what is in MLflow."""
