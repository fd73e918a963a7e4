"""A decision tree that predicts classes."""

from pathlib import Path
from typing import Any

from pyspark.ml.classification import DecisionTreeClassificationModel, DecisionTreeClassifier

from rookery_jobs import scorer
from rookery_jobs.spark.trees import arrays_of, class_counts

ESTIMATOR = DecisionTreeClassifier
MODEL = DecisionTreeClassificationModel


def export(model: Any, folder: Path) -> scorer.Stage:
    """The rows of each class in every leaf."""
    return scorer.DecisionTreeClassifier(model.getFeaturesCol(), **arrays_of(folder, class_counts))
