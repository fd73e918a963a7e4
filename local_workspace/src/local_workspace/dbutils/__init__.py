"""`dbutils` in a run's own process. Scripts import it (`databricks.sdk.runtime`), notebooks have it."""
