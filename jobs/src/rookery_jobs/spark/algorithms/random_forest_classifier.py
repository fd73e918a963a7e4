"""A forest of random trees that vote on classes."""

from pathlib import Path
from typing import Any

from pyspark.ml.classification import RandomForestClassificationModel, RandomForestClassifier

from rookery_jobs import scorer
from rookery_jobs.spark.trees import arrays_of, class_counts

ESTIMATOR = RandomForestClassifier
MODEL = RandomForestClassificationModel


def export(model: Any, folder: Path) -> scorer.Stage:
    """The rows of each class in every leaf."""
    return scorer.RandomForestClassifier(model.getFeaturesCol(), **arrays_of(folder, class_counts))
