"""A decision tree that predicts numbers."""

from pathlib import Path
from typing import Any

from pyspark.ml.regression import DecisionTreeRegressionModel, DecisionTreeRegressor

from rookery_jobs import scorer
from rookery_jobs.spark.trees import arrays_of, prediction

ESTIMATOR = DecisionTreeRegressor
MODEL = DecisionTreeRegressionModel


def export(model: Any, folder: Path) -> scorer.Stage:
    """What each leaf says."""
    return scorer.DecisionTreeRegressor(model.getFeaturesCol(), **arrays_of(folder, prediction))
