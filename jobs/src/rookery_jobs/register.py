"""Job entry point: judge the winner of a sweep on the test rows, and register its model once."""

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import mlflow.pyfunc
from mlflow import MlflowClient
from mlflow.entities import Run
from pyspark.sql import SparkSession

from rookery_jobs import contract
from rookery_jobs.contract import METRICS, RegistrationSpec
from rookery_jobs.errors import RegistrationError
from rookery_jobs.spark import model_artifact, parity, versions
from rookery_jobs.spark.files import ClusterFiles
from rookery_jobs.spark.objectives import objective_of
from rookery_jobs.spark.pipeline import featurise
from rookery_jobs.spark.snapshot import Snapshot, load_snapshot
from rookery_jobs.spark.tracking import connect, log_metrics

REPRODUCED = 1e-9
"""Largest difference between a metric that was logged and the same metric of the model in hand."""


def main(spark: SparkSession, arguments: list[str]) -> None:
    """`arguments`: the path of the RegistrationSpec. Does nothing if its version is registered already.

    Raises RegistrationError, before a version is made, if the winner's run is not that of its point, its
    model does not reproduce the logged metrics, the scorer is not in parity with it, or a gate is not passed.
    """
    (path,) = arguments
    spec = RegistrationSpec.from_json(ClusterFiles(spark).read_text(path))
    client = connect(spec.registered_model_name)
    run = _winner(client, spec)
    known = versions.registered(client, spec, run)
    if known is None:
        snapshot = load_snapshot(spark, spec.snapshot_path, spec.snapshot_digest)
        model_path = run.data.tags.get(contract.TAG_MODEL) or _log_missing_model(client, spec, run, snapshot)
        _judge(client, spec, run, snapshot, model_path)
        known = versions.register(client, spec, model_path)
    client.set_tag(run.info.run_id, contract.model_version_tag(spec.registration_key), known)
    print(f"{spec.registered_model_name!r} version {known} is the model of MLflow run {run.info.run_id}")


@dataclass(frozen=True)
class _Model:
    """A logged model in hand: its Spark pipeline and the folder it was downloaded to."""

    pipeline: Any
    path: Path


def _winner(client: MlflowClient, spec: RegistrationSpec) -> Run:
    run = client.get_run(spec.mlflow_run_id)
    tagged = run.data.tags.get(contract.TAG_POINT)
    if run.info.status != "FINISHED" or tagged != spec.point.point_id:
        raise RegistrationError(
            f"MLflow run {spec.mlflow_run_id} is {run.info.status} and of point {tagged}; the winner must be "
            f"a FINISHED run of point {spec.point.point_id}"
        )
    return run


def _judge(
    client: MlflowClient, spec: RegistrationSpec, run: Run, snapshot: Snapshot, model_path: str
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(client.download_artifacts(run.info.run_id, model_path, folder))
        model = _Model(model_artifact.load_spark_pipeline(path, snapshot.spark, spec.tmp_path), path)
        selection = snapshot.spec.selection_side
        _check_reproduced(run.data.metrics, _measure(model.pipeline, snapshot, selection))
        _check_parity(model, snapshot)
        test = _measure(model.pipeline, snapshot, "test")
    names = dict.fromkeys(
        [*objective_of(snapshot.spec).OBJECTIVE.logged, *(gate.metric for gate in spec.gates)]
    )
    tested = {contract.TEST_METRIC_PREFIX + name: test[name] for name in names}
    log_metrics(client, run.info.run_id, tested)
    _check_gates(test, spec)


def _log_missing_model(client: MlflowClient, spec: RegistrationSpec, run: Run, snapshot: Snapshot) -> str:
    """Fit the winner again, as `train` did, and log it only if it is the same model; its artifact path."""
    print(f"MLflow run {run.info.run_id} has no model: its point is fitted again")
    with featurise(snapshot) as featurised:
        pipeline = featurised.pipeline_of(featurised.fit(spec.point))
        _check_reproduced(run.data.metrics, _measure(pipeline, snapshot, snapshot.spec.selection_side))
    return model_artifact.log_model(client, run.info.run_id, pipeline, snapshot, spec.tmp_path)


def _measure(pipeline: Any, snapshot: Snapshot, side: str) -> dict[str, float]:
    predictions = pipeline.transform(snapshot.side(side))
    return objective_of(snapshot.spec).measure(predictions, snapshot.spec.label)


def _check_reproduced(logged: Mapping[str, float], measured: Mapping[str, float]) -> None:
    for name in measured:
        if name in logged and not abs(logged[name] - measured[name]) <= REPRODUCED:
            raise RegistrationError(
                f"the winner's model gives {name} {measured[name]!r}, but its MLflow run has "
                f"{logged[name]!r}: it is not the model that was chosen"
            )


def _check_parity(model: _Model, snapshot: Snapshot) -> None:
    scorer = model_artifact.load_scorer(model.path)
    objective = objective_of(snapshot.spec)
    for side in snapshot.spec.sides[1:]:
        parity.check_rows(model.pipeline.transform(snapshot.side(side)), scorer, side, objective)
    parity.check_refusals(model.pipeline, scorer, snapshot)
    example = model_artifact.example_frame(snapshot)
    served = float(mlflow.pyfunc.load_model(str(model.path)).predict(example)[0])
    expected = float(scorer.score(example).prediction[0])
    if served != expected:
        raise RegistrationError(
            f"the logged model serves {served} for its example, its scorer gives {expected}"
        )


def _check_gates(test: Mapping[str, float], spec: RegistrationSpec) -> None:
    failed = [
        gate for gate in spec.gates if not METRICS[gate.metric].passes(test[gate.metric], gate.threshold)
    ]
    if failed:
        reasons = "; ".join(
            f"{gate.metric} is {test[gate.metric]:.6g} on the test rows, "
            f"{'below' if METRICS[gate.metric].larger_is_better else 'above'} the threshold "
            f"{gate.threshold:.6g}"
            for gate in failed
        )
        raise RegistrationError(f"a gate is not passed, so no version is registered: {reasons}")
