"""MLflow's registry `databricks-uc`: models `catalog.schema.model` in Unity Catalog.

https://github.com/mlflow/mlflow/blob/master/mlflow/protos/databricks_uc_registry_service.proto
"""

BASE = "mlflow/unity-catalog"
