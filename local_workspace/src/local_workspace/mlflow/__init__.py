"""MLflow's own server in this process, and questions to its stores. The door is `mlflow.Mlflow`."""
