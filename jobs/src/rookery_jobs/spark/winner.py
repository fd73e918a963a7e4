"""The model of a sweep's winner in hand: as it was logged, or fitted again."""

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import mlflow.pyfunc
from mlflow import MlflowClient
from mlflow.entities import Run

from rookery_jobs import contract, scorer
from rookery_jobs.contract import RegistrationSpec
from rookery_jobs.errors import RegistrationError
from rookery_jobs.spark import model_artifact
from rookery_jobs.spark.objectives import objective_of
from rookery_jobs.spark.pipeline import featurise
from rookery_jobs.spark.serving.answering import answering
from rookery_jobs.spark.serving.by_spark import BySpark
from rookery_jobs.spark.snapshot import Snapshot

REPRODUCED = 1e-9
"""Largest difference between a metric that was logged and the same metric of the model in hand, as a share of
it where it is larger than 1."""


@dataclass(frozen=True)
class Model:
    """A logged model: where its run has it, its Spark pipeline, its scorer (None if Spark serves it), and
    what a server would ask."""

    artifact_path: str
    pipeline: Any
    scorer: scorer.Scorer | None
    served: Any


def model_of(
    client: MlflowClient, spec: RegistrationSpec, run: Run, snapshot: Snapshot, folder: Path, staged: str
) -> Model:
    """The winner's model, downloaded to the folder, and `staged` on the cluster for as long as it is used.

    If it was not logged to the end, or its files are gone, its point is fitted again, as `train` did, and
    logged.

    Raises RegistrationError for a model that does not reproduce the metrics of its run.
    """
    model = _logged(client, run, snapshot, folder / "logged", staged)
    if model is None:
        return _fitted_again(client, spec, run, snapshot, folder / "again", staged)
    _check_reproduced(run, model.pipeline, snapshot)
    return model


def measure(pipeline: Any, snapshot: Snapshot, side: str, wanted: Collection[str]) -> dict[str, float]:
    """The metrics of a pipeline on one side of the snapshot, the `wanted` ones among them."""
    predictions = pipeline.transform(snapshot.side(side))
    label, labels = snapshot.spec.label_column, snapshot.manifest.labels
    return objective_of(snapshot.spec).measure(predictions, label, wanted, labels)


def _logged(client: MlflowClient, run: Run, snapshot: Snapshot, folder: Path, staged: str) -> Model | None:
    artifact_path = run.data.tags.get(contract.TAG_MODEL)
    if artifact_path is None:
        print(f"MLflow run {run.info.run_id} has no model: its point is fitted again")
        return None
    try:
        return _load(client, run, artifact_path, snapshot, folder, staged)
    except Exception as error:  # for files that are gone, MLflow, Spark and Python each have their own
        print(
            f"the model {artifact_path} of MLflow run {run.info.run_id} cannot be read; its point is fitted "
            f"again: {type(error).__name__}: {str(error).partition(chr(10))[0]}"
        )
        return None


def _load(
    client: MlflowClient,
    run: Run,
    artifact_path: str,
    snapshot: Snapshot,
    folder: Path,
    staged: str,
) -> Model:
    folder.mkdir()
    path = Path(client.download_artifacts(run.info.run_id, artifact_path, str(folder)))
    pipeline = model_artifact.load_spark_pipeline(path, snapshot.spark, staged)
    return _model(artifact_path, pipeline, path, snapshot)


def _fitted_again(
    client: MlflowClient, spec: RegistrationSpec, run: Run, snapshot: Snapshot, folder: Path, staged: str
) -> Model:
    """What was fitted, and the scorer as it was saved: if Spark is to serve it, the pipeline as it was saved
    too."""
    with featurise(snapshot) as featurised:
        pipeline: Any = featurised.pipeline_of(featurised.fit(spec.point))
        _check_reproduced(run, pipeline, snapshot)
    model_artifact.save_model(pipeline, snapshot, folder, spec.tmp_path)
    if model_artifact.is_served_by_spark(folder):
        pipeline = model_artifact.load_spark_pipeline(folder, snapshot.spark, staged)
        _check_reproduced(run, pipeline, snapshot)
    artifact_path = model_artifact.log_saved_model(client, run.info.run_id, folder)
    return _model(artifact_path, pipeline, folder, snapshot)


def _model(artifact_path: str, pipeline: Any, path: Path, snapshot: Snapshot) -> Model:
    """A model whose files are in a local folder."""
    if model_artifact.is_served_by_spark(path):
        features = {name: snapshot.manifest.columns[name] for name in snapshot.spec.features}
        served = answering(pipeline, snapshot.spec.label_type)
        return Model(artifact_path, pipeline, None, BySpark(snapshot.spark, served, features))
    served = mlflow.pyfunc.load_model(str(path))
    return Model(artifact_path, pipeline, model_artifact.load_scorer(path), served)


def _check_reproduced(run: Run, pipeline: Any, snapshot: Snapshot) -> None:
    logged = run.data.metrics
    measured = measure(pipeline, snapshot, snapshot.spec.selection_side, logged)
    for name in measured:
        # Metrics of a regression are as large as its labels.
        tolerance = REPRODUCED * max(1.0, abs(measured[name]))
        if name in logged and not abs(logged[name] - measured[name]) <= tolerance:
            raise RegistrationError(
                f"the winner's model gives {name} {measured[name]!r}, but its MLflow run has "
                f"{logged[name]!r}: it is not the model that was chosen"
            )
