"""The lab's pipeline: StringIndexer, VectorAssembler, MinMaxScaler, VectorAssembler, and the estimator.

The feature stages do not depend on the hyperparameters, so they are fitted once per shard. handleInvalid
stays Spark's default, "error": a row with an unseen category or a missing value is refused, not guessed.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from pyspark.ml import Pipeline, PipelineModel
from pyspark.ml import classification as spark_classification
from pyspark.ml.feature import MinMaxScaler, StringIndexer, VectorAssembler
from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812

from rookery_jobs.caching import cached
from rookery_jobs.contract import Point, SnapshotSpec
from rookery_jobs.snapshot import Snapshot

NUMERIC_FEATURES = "numericFeatures"
NORMALIZED_FEATURES = "normalizedFeatures"
FEATURES = "Features"


def feature_stages(spec: SnapshotSpec) -> list[Any]:
    """The unfitted stages from the snapshot's columns to the vector FEATURES, as the lab has them."""
    stages: list[Any] = [StringIndexer(inputCol=name, outputCol=_index_of(name)) for name in spec.categorical]
    inputs = [_index_of(name) for name in spec.categorical]
    if spec.numeric:
        stages.append(VectorAssembler(inputCols=list(spec.numeric), outputCol=NUMERIC_FEATURES))
        stages.append(MinMaxScaler(inputCol=NUMERIC_FEATURES, outputCol=NORMALIZED_FEATURES))
        inputs.append(NORMALIZED_FEATURES)
    return [*stages, VectorAssembler(inputCols=inputs, outputCol=FEATURES)]


def estimator(point: Point, label: str) -> Any:
    """The point's unfitted estimator, its parameters set by Spark's names."""
    kind = getattr(spark_classification, point.algorithm)
    return kind(labelCol=label, featuresCol=FEATURES, **point.params)


@dataclass(frozen=True)
class Featurised:
    """The fitted feature stages, and the train and selection rows as (FEATURES, label), cached."""

    stages: PipelineModel
    label: str
    train: DataFrame
    selection: DataFrame

    def fit(self, point: Point) -> Any:
        """Fit the point's estimator on the train rows: its Spark model, without the feature stages."""
        return estimator(point, self.label).fit(self.train)

    def pipeline_of(self, model: Any) -> PipelineModel:
        """The whole pipeline, from the snapshot's columns to the prediction."""
        return PipelineModel([*self.stages.stages, model])


@contextmanager
def featurise(snapshot: Snapshot) -> Iterator[Featurised]:
    """Fit the feature stages on train, and keep what they make of both sides in memory while in use."""
    spec = snapshot.spec
    with cached(snapshot.side("train")) as rows:
        stages = Pipeline(stages=feature_stages(spec)).fit(rows)
        train = _features(stages, rows, spec.label)
        selection = _features(stages, snapshot.side(spec.selection_side), spec.label)
        with cached(train), cached(selection):
            yield Featurised(stages, spec.label, train, selection)


def _features(stages: PipelineModel, rows: DataFrame, label: str) -> DataFrame:
    return stages.transform(rows).select(FEATURES, F.col(f"`{label}`").cast("double").alias(label))


def _index_of(name: str) -> str:
    return f"{name}Idx"
