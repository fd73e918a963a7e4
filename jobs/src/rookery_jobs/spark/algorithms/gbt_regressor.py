"""Gradient-boosted trees that predict numbers."""

from pathlib import Path
from typing import Any

from pyspark.ml.regression import GBTRegressionModel, GBTRegressor

from rookery_jobs import scorer
from rookery_jobs.spark.trees import arrays_of, prediction, weights_of

ESTIMATOR = GBTRegressor
MODEL = GBTRegressionModel


def export(model: Any, folder: Path) -> scorer.Stage:
    """What each leaf says, and how much of each tree is taken."""
    trees = arrays_of(folder, prediction)
    return scorer.GBTRegressor(model.getFeaturesCol(), treeWeights=weights_of(folder), **trees)
