"""A whole sweep as a DAG run does it, by job runs on a cluster: prepared, trained, registered, asked."""

import hashlib
import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from databricks.sdk.service.serving import EndpointCoreConfigInput
from databricks.sdk.service.serving import ServingEndpointDetailed as Endpoint
from mlflow import MlflowClient

from rookery.workspace.job_code import UploadedCode, installed_job_code, upload
from rookery_jobs import contract, grid
from rookery_jobs.contract import (
    CsvSourceSpec,
    Document,
    Manifest,
    Origin,
    RandomSplitSpec,
    RegistrationSpec,
    RunLayout,
    SnapshotSpec,
    SweepSpec,
)
from tests.wire.multiplier import mlflow_client
from tests.wire.polling import until
from tests.wire.running_workspace import PROJECT, RunningWorkspace
from tests.wire.serving_requests import entity
from tests.wire.spark_jobs import finished, output, printed, state, task

CATEGORICAL = ("Island",)
NUMERIC = ("CulmenLength", "CulmenDepth", "FlipperLength", "BodyMass")
LABEL = "Species"
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
        name = f"sweep_{secrets.token_hex(4)}"
        self.model = f"Penguins {name}"
        self._layout = RunLayout(f"dbfs:/{name}", "penguins", "manual__1")
        self._origin = Origin("penguins", "manual__1", None, 1)
        self._code: UploadedCode = upload(workspace.client, f"/Shared/{name}", installed_job_code())
        with mlflow_client(workspace) as client:
            self._experiment = client.create_experiment(f"/Shared/{name}/experiment")

    def run(self) -> Swept:
        """Every step, to the registered version."""
        spec = self._snapshot_spec()
        self._job("prepare", contract.spec_path(spec.snapshot_path))
        manifest = Manifest.from_json(self._read(contract.manifest_path(spec.snapshot_path)))
        sweep = self._sweep_spec(spec)
        points = self._layout.points(sweep.sweep_id)
        self._write(points, sweep)
        self._job("train", points, "0", str(len(sweep.points)))
        with mlflow_client(self._workspace) as client:
            scored = self._scored(client, sweep)
        registration = self._registration_spec(sweep, grid.best(scored.values(), sweep.metric))
        path = self._layout.registration(sweep.sweep_id, registration.registration_key)
        self._write(path, registration)
        self._job("register", path)
        side = contract.side_path(spec.snapshot_path, "test")
        model = f"models:/{self.model}/1"
        said = printed(self._workspace, PREDICT, model, side, cluster_id=self._cluster_id)
        return Swept(
            snapshot=spec.digest,
            rows=dict(manifest.rows),
            points=tuple(scored),
            metrics={each: dict(one.metrics) for each, one in scored.items()},
            predictions=tuple(json.loads(said.splitlines()[-1])),
        )

    def served(self, record: dict[str, Any]) -> tuple[float, str]:
        """What an endpoint with the version predicts for a record, and its state's message; deleted again."""
        name = f"predict-{secrets.token_hex(4)}"
        endpoints = self._workspace.client.serving_endpoints
        endpoints.create(
            name=name,
            config=EndpointCoreConfigInput(name=name, served_entities=[entity("1", model=self.model)]),
        )
        until(lambda: _is_settled(endpoints.get(name)), "the end of the deployment")
        message = _message(endpoints.get(name))
        try:
            (answer,) = endpoints.query(name=name, dataframe_records=[record]).predictions or []
        finally:
            endpoints.delete(name)
        return float(answer), message

    def _snapshot_spec(self) -> SnapshotSpec:
        content = (PROJECT / "data" / "penguins.csv").read_bytes()
        sha256 = hashlib.sha256(content).hexdigest()
        source = CsvSourceSpec(self._layout.source(sha256, "penguins.csv"), sha256)
        self._put(source.path, content)
        determining: dict[str, Any] = {
            "source": source,
            "categorical": CATEGORICAL,
            "numeric": NUMERIC,
            "label": LABEL,
            "split": RandomSplitSpec(0.15, 0.15, 42, None),
            "as_of_column": None,
            "as_of": None,
            "text_rule": contract.TEXT_RULE,
        }
        digest = contract.snapshot_digest(**determining)
        path = self._layout.snapshot(digest)
        spec = SnapshotSpec(snapshot_path=path, digest=digest, max_dropped_share=0.2, **determining)
        self._write(contract.spec_path(path), spec)
        return spec

    def _sweep_spec(self, spec: SnapshotSpec) -> SweepSpec:
        points = grid.make_points(
            grid.expand([("LogisticRegression", GRID)]),
            categorical=CATEGORICAL,
            numeric=NUMERIC,
            label=LABEL,
            snapshot_digest=spec.digest,
            code_digest=self._code.code_digest,
        )
        return SweepSpec(
            sweep_id=contract.sweep_id([point.point_id for point in points], "accuracy"),
            snapshot_path=spec.snapshot_path,
            snapshot_digest=spec.digest,
            code_digest=self._code.code_digest,
            experiment_id=self._experiment,
            metric="accuracy",
            points=points,
            tmp_path=self._layout.tmp,
            origin=self._origin,
        )

    def _scored(self, client: MlflowClient, sweep: SweepSpec) -> dict[str, grid.Scored]:
        runs = client.search_runs([self._experiment])
        by_point = {run.data.tags[contract.TAG_POINT]: run for run in runs if run.info.status == "FINISHED"}
        return {
            point.point_id: grid.Scored(
                point, by_point[point.point_id].info.run_id, by_point[point.point_id].data.metrics
            )
            for point in sweep.points
        }

    def _registration_spec(self, sweep: SweepSpec, winner: grid.Scored) -> RegistrationSpec:
        key = contract.registration_key(
            dag_id="penguins",
            dag_run_id="manual__1",
            sweep_id=sweep.sweep_id,
            mlflow_run_id=winner.mlflow_run_id,
        )
        return RegistrationSpec(
            registration_key=key,
            registered_model_name=self.model,
            gates=(),
            sweep_id=sweep.sweep_id,
            snapshot_path=sweep.snapshot_path,
            snapshot_digest=sweep.snapshot_digest,
            code_digest=sweep.code_digest,
            experiment_id=self._experiment,
            point=winner.point,
            mlflow_run_id=winner.mlflow_run_id,
            tmp_path=self._layout.tmp,
            origin=self._origin,
        )

    def _job(self, entry: str, *arguments: str) -> None:
        folder = self._code.code_folder
        script = task(self._cluster_id, f"{folder}/{contract.SCRIPT}", folder, entry, *arguments)
        run_id = int(self._workspace.client.jobs.submit(run_name=entry, tasks=[script]).run_id)
        ended = finished(self._workspace, run_id)
        said = output(self._workspace, run_id)
        assert state(ended) == ("TERMINATED", "SUCCESS"), f"{entry}: {said.error}\n{said.error_trace}"

    def _write(self, path: str, document: Document) -> None:
        self._put(path, document.to_json().encode())

    def _put(self, path: str, content: bytes) -> None:
        with self._workspace.client.dbfs.open(path, write=True, overwrite=True) as file:
            file.write(content)

    def _read(self, path: str) -> str:
        with self._workspace.client.dbfs.open(path, read=True) as file:
            return file.read().decode()


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
