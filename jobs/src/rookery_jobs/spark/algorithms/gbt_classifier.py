"""Gradient-boosted trees that tell two classes apart."""

from pathlib import Path
from typing import Any

from pyspark.ml.classification import GBTClassificationModel, GBTClassifier

from rookery_jobs import scorer
from rookery_jobs.spark.trees import arrays_of, prediction, weights_of

ESTIMATOR = GBTClassifier
MODEL = GBTClassificationModel


def export(model: Any, folder: Path) -> scorer.Stage:
    """What each leaf says, and how much of each tree is taken."""
    trees = arrays_of(folder, prediction)
    return scorer.GBTClassifier(model.getFeaturesCol(), treeWeights=weights_of(folder), **trees)
