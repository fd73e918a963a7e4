"""The pipeline of a point: the feature stages, the estimator, and where labels are indexed, what names them.

The feature stages do not depend on the hyperparameters, so they are fitted once per shard.
"""

import importlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from pyspark.ml import Estimator, Pipeline, PipelineModel
from pyspark.ml.feature import IndexToString
from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812

from rookery_jobs.contract import Point, SnapshotSpec
from rookery_jobs.contract.columns import FEATURES, PREDICTED_LABEL, PREDICTION
from rookery_jobs.errors import TrainingError
from rookery_jobs.spark.algorithms import ALGORITHMS
from rookery_jobs.spark.caching import cached
from rookery_jobs.spark.features.partitions import partitioned, partitions
from rookery_jobs.spark.features.stages import feature_stages
from rookery_jobs.spark.features.weights import class_weights
from rookery_jobs.spark.objectives import Objective, objective_of
from rookery_jobs.spark.snapshot import Snapshot

_WEIGHT = "__weight"


def estimator(point: Point, spec: SnapshotSpec) -> Any:
    """The point's unfitted estimator, its parameters set by Spark's names.

    One that needs chance takes the plan's seed: Spark's own default is a hash that another process has
    another of. Raises TrainingError for a parameter that the estimator does not have.
    """
    made = estimator_class(point.algorithm)()
    values = {"labelCol": spec.label_column, "featuresCol": FEATURES, **point.params}
    if spec.is_weighted:
        values["weightCol"] = _WEIGHT
    if made.hasParam("seed"):
        values.setdefault("seed", spec.split.seed)
    for name, value in values.items():
        if not made.hasParam(name):
            known = ", ".join(each.name for each in made.params)
            raise TrainingError(f"{point.algorithm} has no parameter {name!r}; it has {known}")
        made.set(made.getParam(name), value)
    return made


def estimator_class(algorithm: str) -> type[Any]:
    """The class of an estimator: one of ALGORITHMS, or that of a dotted path.

    Raises TrainingError for a path that is none of an Estimator.
    """
    if algorithm in ALGORITHMS:
        return ALGORITHMS[algorithm].ESTIMATOR
    module, _, name = algorithm.rpartition(".")
    try:
        found = getattr(importlib.import_module(module), name)
    except (ImportError, AttributeError) as error:
        raise TrainingError(
            f"there is no {algorithm} on this cluster ({error}): is it in the plan's package, or installed?"
        ) from error
    if not isinstance(found, type) or not issubclass(found, Estimator):
        raise TrainingError(f"{algorithm} is no Estimator of pyspark.ml")
    return found


@dataclass(frozen=True)
class Featurised:
    """The fitted feature stages, and the train and selection rows as (FEATURES, label), cached.

    `refit_is_exact`: whether another fit of a point gives the same model to the last digit. Of several
    partitions, what Spark adds up depends on which is done first.
    """

    spec: SnapshotSpec
    labels: tuple[str, ...]
    objective: Objective
    stages: PipelineModel
    train: DataFrame
    selection: DataFrame
    refit_is_exact: bool

    def fit(self, point: Point) -> Any:
        """Fit the point's estimator on the train rows: its Spark model, without the feature stages."""
        return estimator(point, self.spec).fit(self.train)

    def measure(self, model: Any, metric: str) -> dict[str, float]:
        """The metrics of a model of `fit` on the selection rows, this one among them."""
        predictions = model.transform(self.selection)
        return self.objective.measure(predictions, self.spec.label_column, [metric], self.labels)

    def pipeline_of(self, model: Any) -> PipelineModel:
        """The whole pipeline, from the snapshot's columns to the prediction, and its label if labels are
        indexed."""
        return PipelineModel([*self.stages.stages, model, *_naming(self.labels)])


@contextmanager
def featurise(snapshot: Snapshot) -> Iterator[Featurised]:
    """Fit the feature stages on train, and keep what they make of both sides in memory while in use."""
    spec = snapshot.spec
    with cached(partitioned(snapshot.side("train"), snapshot.manifest.rows["train"])) as rows:
        stages = Pipeline(stages=feature_stages(spec)).fit(rows)
        train = _weighted(_features(stages, rows, spec.label_column), snapshot)
        selection = _features(stages, snapshot.side(spec.selection_side), spec.label_column)
        with cached(train), cached(selection):
            labels = snapshot.manifest.labels
            exact = _on_one_machine(snapshot) and partitions(snapshot.manifest.rows["train"]) == 1
            yield Featurised(spec, labels, objective_of(spec), stages, train, selection, exact)


def _on_one_machine(snapshot: Snapshot) -> bool:
    master = str(snapshot.spark.sparkContext.master)
    return master == "local" or master.startswith("local[")


def _features(stages: PipelineModel, rows: DataFrame, label: str) -> DataFrame:
    return stages.transform(rows).select(FEATURES, F.col(label).cast("double").alias(label))


def _weighted(train: DataFrame, snapshot: Snapshot) -> DataFrame:
    """The train rows, with what each weighs if that follows from its class."""
    weights = class_weights(snapshot.manifest)
    if not weights:
        return train
    table = F.create_map(*[F.lit(each) for pair in weights.items() for each in pair])
    return train.withColumn(_WEIGHT, table[F.col(snapshot.spec.label_column)])


def _naming(labels: tuple[str, ...]) -> list[Any]:
    if not labels:
        return []
    return [IndexToString(inputCol=PREDICTION, outputCol=PREDICTED_LABEL, labels=list(labels))]
