"""MLflow as the jobs use it: the API subset that MLflow 2.13 to 3.17 share."""

import os
import time
from collections.abc import Mapping, Sequence

import mlflow
import mlflow.pyspark.ml
from mlflow import MlflowClient
from mlflow.entities import Metric, Param

from rookery_jobs import contract


def connect(registered_model_name: str | None = None) -> MlflowClient:
    """A client for the tracking server of the runtime, with the registry that the model's name means.

    Both URIs are set explicitly, since MLflow 3 would take Unity Catalog for every name on Databricks;
    autolog is off, since it would log every fit a second time, with its model.
    """
    # A line per MLflow run would hide what the job itself says.
    os.environ.setdefault("MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT", "true")
    tracking_uri = os.environ.get("MLFLOW_TRACKING_URI", "databricks")
    mlflow.set_tracking_uri(tracking_uri)
    mlflow.set_registry_uri(contract.registry_uri_for(registered_model_name or "", tracking_uri))
    mlflow.pyspark.ml.autolog(disable=True)
    return MlflowClient()


def log_metrics(
    client: MlflowClient, run_id: str, metrics: Mapping[str, float], params: Sequence[Param] = ()
) -> None:
    """Log metrics, and parameters, to a run that may have ended."""
    now = int(time.time() * 1000)
    logged = [Metric(name, value, now, 0) for name, value in metrics.items()]
    client.log_batch(run_id, metrics=logged, params=params)
