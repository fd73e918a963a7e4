"""MLflow as the jobs use it: the API subset that MLflow 2.13 to 3.17 share."""

import os
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import mlflow
import mlflow.pyspark.ml
from mlflow import MlflowClient
from mlflow.entities import Metric, Param, Run, RunTag

from rookery_jobs import contract
from rookery_jobs.contract import Point, SweepSpec

_PAGE = 1000
# MLflow's limit for a tag value was 5000 before version 3.
_ERROR_LENGTH = 2000


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


@dataclass(frozen=True)
class PointRuns:
    """The MLflow runs of points, in the experiment of a sweep."""

    client: MlflowClient
    spec: SweepSpec

    def finished(self) -> Iterator[Run]:
        """All finished runs with this snapshot and this code, whichever sweep made them.

        The caller matches the point ids, since MLflow's filters have no IN or OR on tags.
        """
        query = (
            f"tags.`{contract.TAG_SNAPSHOT}` = '{self.spec.snapshot_digest}' and "
            f"tags.`{contract.TAG_CODE}` = '{self.spec.code_digest}' and attributes.status = 'FINISHED'"
        )
        token: str | None = None
        while True:
            page = self.client.search_runs(
                [self.spec.experiment_id], query, max_results=_PAGE, page_token=token
            )
            yield from page
            token = page.token
            if not token:
                return

    def log_finished(self, point: Point, metrics: Mapping[str, float], started: float) -> str:
        """A FINISHED run with the point's parameters and metrics; `started` in seconds. Its run id."""
        run_id = self._create(point, started)
        self.client.log_batch(run_id, metrics=_metrics(metrics), params=_params(point))
        self.client.set_terminated(run_id)
        return run_id

    def log_failed(self, point: Point, error: str, started: float) -> None:
        """A FAILED run with the point's parameters and, as a tag, its error."""
        run_id = self._create(point, started)
        tag = RunTag(contract.TAG_ERROR, error[:_ERROR_LENGTH])
        self.client.log_batch(run_id, params=_params(point), tags=[tag])
        self.client.set_terminated(run_id, status="FAILED")

    def _create(self, point: Point, started: float) -> str:
        tags = {
            contract.TAG_SWEEP: self.spec.sweep_id,
            contract.TAG_POINT: point.point_id,
            contract.TAG_SNAPSHOT: self.spec.snapshot_digest,
            contract.TAG_CODE: self.spec.code_digest,
            contract.TAG_ALGORITHM: point.algorithm,
            **self.spec.origin.tags,
        }
        name = f"{point.algorithm} {point.point_id}"
        run = self.client.create_run(self.spec.experiment_id, int(started * 1000), tags, run_name=name)
        return str(run.info.run_id)


def log_metrics(client: MlflowClient, run_id: str, metrics: Mapping[str, float]) -> None:
    """Log metrics to a run that may have ended."""
    client.log_batch(run_id, metrics=_metrics(metrics))


def _metrics(metrics: Mapping[str, float]) -> list[Metric]:
    now = int(time.time() * 1000)
    return [Metric(name, value, now, 0) for name, value in metrics.items()]


def _params(point: Point) -> list[Param]:
    return [Param(name, str(value)) for name, value in point.params.items()]
