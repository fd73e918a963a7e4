"""One MLflow model of two flavors: the Spark pipeline, and as `python_function` its scorer without Spark.

A pipeline with an estimator by dotted path has no scorer: its `python_function` is that of MLflow's Spark
flavor, which starts a Spark of its own.
"""

import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from importlib.resources import files as resources
from pathlib import Path
from typing import TYPE_CHECKING, Any

import mlflow
import mlflow.spark
import numpy as np
import pandas as pd
import pyspark
from mlflow import MlflowClient
from mlflow.models import Model
from mlflow.models.signature import ModelSignature
from mlflow.types import ColSpec, Schema, TensorSpec
from packaging.version import Version
from pyspark.ml import PipelineModel
from pyspark.sql import SparkSession

from rookery_jobs import contract, scorer
from rookery_jobs.spark.files import ClusterFiles
from rookery_jobs.spark.scorer_export import export_features, export_scorer, has_scorer
from rookery_jobs.spark.serving.answering import answering, predicting
from rookery_jobs.spark.serving.model_code import unpacked_code
from rookery_jobs.spark.snapshot import Snapshot

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

SCORER_PACKAGE = "rookery_scorer"
"""The scorer's name inside a model: unlike `rookery_jobs.scorer`, it cannot meet another copy on the path."""

CODE = "code"
SCORER = "scorer"
_FEATURES = "features"
"""What a model without a scorer takes: see `export_features`."""


def log_model(client: MlflowClient, run_id: str, pipeline: Any, snapshot: Snapshot, tmp_path: str) -> str:
    """Save the fitted pipeline and its scorer as a model and log it to the run; return where."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / contract.MODEL_ARTIFACT
        save_model(pipeline, snapshot, path, tmp_path)
        return log_saved_model(client, run_id, path)


def log_saved_model(client: MlflowClient, run_id: str, path: Path) -> str:
    """Log the model in a local folder to the run, tag the run once all of it is there, and return where.

    Each try has a path of its own: in the files of one that was killed, Spark would find two models.
    """
    model_path = f"{contract.MODEL_ARTIFACT}-{uuid.uuid4().hex[:8]}"
    client.log_artifacts(run_id, str(path), model_path)
    client.set_tag(run_id, contract.TAG_MODEL, model_path)
    return model_path


def save_model(pipeline: Any, snapshot: Snapshot, path: Path, tmp_path: str) -> None:
    """Save the MLflow model into a local folder that does not exist yet.

    `tmp_path` is a folder on the cluster's file system, where MLflow stages the Spark pipeline. Requirements
    and signature are given, never inferred: inferring starts a Spark of its own and pins what happens to be
    imported.
    """
    by_spark = not has_scorer(pipeline)
    with staging(snapshot.spark, tmp_path) as dfs_tmpdir, tempfile.TemporaryDirectory() as code:
        mlflow.spark.save_model(
            answering(pipeline, snapshot.spec.label_type) if by_spark else pipeline,
            str(path),
            dfs_tmpdir=dfs_tmpdir,
            code_paths=unpacked_code(pipeline, Path(code)) or None,
            pip_requirements=requirements(with_spark=by_spark),
            signature=signature_of(snapshot.manifest),
            input_example=example_frame(snapshot),
        )
    if by_spark:
        scorer.save(export_features(pipeline, snapshot.spec), path / _FEATURES)
        print("the model is served by MLflow's Spark flavor, which needs Java: there is no scorer of it")
        return
    model = Model.load(str(path))
    exported = export_scorer(pipeline, snapshot.spec, path / model.flavors["spark"]["model_data"])
    exported = replace(exported, probability_columns=snapshot.manifest.probability_columns)
    scorer.save(exported, path / SCORER)
    copy_scorer_code(path / CODE / SCORER_PACKAGE)
    loader = {"loader_module": f"{SCORER_PACKAGE}.pyfunc", "code": CODE, "data": SCORER}
    model.flavors["python_function"].update(loader)
    model.save(str(path / "MLmodel"))


def load_spark_pipeline(path: Path, spark: SparkSession, tmp_path: str) -> Any:
    """The fitted pipeline of a downloaded model, which predicts the class. It is staged in `tmp_path`, which
    must stay for as long as the pipeline is used: an Imputer of Spark 3.5 reads its numbers when it
    transforms."""
    # mlflow.spark.load_model of the older runtimes cannot stage in a Volume:
    # https://github.com/mlflow/mlflow/issues/18668
    folder = f"{tmp_path}/{uuid.uuid4().hex}"
    ClusterFiles(spark).upload(path / Model.load(str(path)).flavors["spark"]["model_data"], folder)
    return predicting(PipelineModel.load(folder))


def load_scorer(path: Path) -> scorer.Scorer:
    """The scorer of a downloaded model, from the model's own arrays."""
    return scorer.load(path / SCORER)


def is_served_by_spark(path: Path) -> bool:
    """Whether a downloaded model has no scorer, and was not meant to have one."""
    return (path / _FEATURES).exists()


def own_scorer(path: Path) -> scorer.Scorer | None:
    """The scorer of a downloaded model, if it has one of ours: all of it, or of what only Spark can score the
    features."""
    if is_served_by_spark(path):
        return scorer.load(path / _FEATURES)
    return load_scorer(path) if (path / SCORER).exists() else None


def requirements(*, with_spark: bool = False) -> list[str]:
    """What the model needs to answer, in the versions of this runtime."""
    versions = {"mlflow": mlflow.__version__, "numpy": np.__version__, "pandas": pd.__version__}
    versions |= {"pyspark": pyspark.__version__} if with_spark else {}
    # Older ones import pkg_resources, which they do not require: https://github.com/mlflow/mlflow/pull/12853
    others = ["setuptools<81"] if Version(mlflow.__version__) < Version("2.16") else []
    return [*(f"{name}=={version}" for name, version in versions.items()), *others]


def signature_of(manifest: contract.Manifest) -> ModelSignature:
    """Strings, doubles and booleans in; `prediction` out: a double, or an indexed label's own value; and the
    probabilities, if the model answers with them."""
    spec = manifest.snapshot
    inputs: list[ColSpec | TensorSpec] = [ColSpec("string", name) for name in spec.categorical]
    inputs += [ColSpec("double", name) for name in spec.numeric]
    inputs += [ColSpec("boolean", name) for name in spec.boolean]
    answer = "double" if spec.label_type == "int" else spec.label_type
    outputs: list[ColSpec | TensorSpec] = [ColSpec(answer, "prediction")]
    outputs += [ColSpec("double", name) for name in manifest.probability_columns]
    return ModelSignature(inputs=Schema(inputs), outputs=Schema(outputs))


def example_frame(snapshot: Snapshot) -> pd.DataFrame:
    """The manifest's example record as a frame of one row, its columns in the signature's order."""
    return pd.DataFrame([snapshot.manifest.example], columns=list(snapshot.spec.features))


@contextmanager
def staging(spark: SparkSession, tmp_path: str) -> Iterator[str]:
    """A folder of this call's own on the cluster's file system, deleted at the end."""
    folder = f"{tmp_path}/{uuid.uuid4().hex}"
    try:
        yield folder
    finally:
        ClusterFiles(spark).delete(folder)


def copy_scorer_code(folder: Path) -> None:
    """Copy the scorer's modules into a folder, which is made."""
    _copy_code(resources(scorer.__name__), folder)


def _copy_code(package: "Traversable", folder: Path) -> None:
    # Not by paths: the package may be inside a zip.
    folder.mkdir(parents=True)
    for item in package.iterdir():
        if item.name.endswith(".py"):
            (folder / item.name).write_bytes(item.read_bytes())
        elif item.is_dir() and item.name != "__pycache__":
            _copy_code(item, folder / item.name)
