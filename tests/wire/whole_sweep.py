"""A whole sweep as a DAG run does it, by job runs on a cluster: prepared, trained, registered, asked."""

import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from databricks.sdk.service.serving import EndpointCoreConfigInput
from databricks.sdk.service.serving import ServingEndpointDetailed as Endpoint

from local_stack.runs.sweep import Sweep
from rookery_jobs import contract
from tests.wire.polling import until
from tests.wire.running_workspace import PROJECT, RunningWorkspace
from tests.wire.serving_requests import entity
from tests.wire.spark_jobs import printed

# No value is at the edge of another class: versions of Spark differ in the last digits of a coefficient.
GRID: Mapping[str, Sequence[object]] = {"maxIter": [5, 10], "regParam": [0.1, 0.5]}
PREDICT = """
import json, sys
import mlflow

model, side = sys.argv[1:]
mlflow.set_registry_uri("databricks")  # MLflow 3 looks into Unity Catalog for every name
rows = spark.read.parquet(side).toPandas().sort_values(["BodyMass", "CulmenLength", "CulmenDepth"])
print(json.dumps([float(value) for value in mlflow.pyfunc.load_model(model).predict(rows)]))
"""


@dataclass(frozen=True)
class Swept:
    """What must not depend on the cluster: the data's digest and rows, points, metrics, predictions."""

    snapshot: str
    rows: dict[str, int]
    points: tuple[str, ...]
    metrics: dict[str, dict[str, float]]
    predictions: tuple[float, ...]


class WholeSweep:
    """A sweep over the penguins, with a data root, an experiment and a model of its own."""

    def __init__(self, workspace: RunningWorkspace, cluster_id: str) -> None:
        self._workspace = workspace
        self._cluster_id = cluster_id
        self._sweep = Sweep(workspace.client, cluster_id, f"sweep_{secrets.token_hex(4)}")

    def run(self) -> Swept:
        """Every step, to the registered version."""
        spec, manifest = self._sweep.prepare((PROJECT / "data" / "penguins.csv").read_bytes())
        sweep = self._sweep.plan(spec, GRID)
        self._sweep.train(sweep)
        scored = {one.point.point_id: one for one in self._sweep.ranked(sweep)}
        self._sweep.register(sweep)
        side = contract.side_path(spec.snapshot_path, "test")
        model = f"models:/{self._sweep.model}/1"
        said = printed(self._workspace, PREDICT, model, side, cluster_id=self._cluster_id)
        return Swept(
            snapshot=spec.digest,
            rows=dict(manifest.rows),
            points=tuple(point.point_id for point in sweep.points),
            metrics={each: _without_durations(one.metrics) for each, one in scored.items()},
            predictions=tuple(json.loads(said.splitlines()[-1])),
        )

    def served(self, record: dict[str, Any]) -> tuple[float, str]:
        """What an endpoint with the version predicts for a record, and its state's message; deleted again."""
        name = f"predict-{secrets.token_hex(4)}"
        endpoints = self._workspace.client.serving_endpoints
        endpoints.create(
            name=name,
            config=EndpointCoreConfigInput(name=name, served_entities=[entity("1", model=self._sweep.model)]),
        )
        until(lambda: _is_settled(endpoints.get(name)), "the end of the deployment")
        message = _message(endpoints.get(name))
        try:
            (answer,) = endpoints.query(name=name, dataframe_records=[record]).predictions or []
        finally:
            endpoints.delete(name)
        return float(answer), message


def _without_durations(metrics: Mapping[str, float]) -> dict[str, float]:
    return {name: value for name, value in metrics.items() if name != contract.DURATION_METRIC}


def _is_settled(endpoint: Endpoint) -> bool:
    return bool(
        endpoint.state
        and endpoint.state.config_update
        and endpoint.state.config_update.value != "IN_PROGRESS"
    )


def _message(endpoint: Endpoint) -> str:
    """What is said of the one served version."""
    assert endpoint.config is not None, endpoint
    (served,) = endpoint.config.served_entities or []
    assert served.state is not None
    return served.state.deployment_state_message or ""
