"""A forest of random trees that predict numbers."""

from pathlib import Path
from typing import Any

from pyspark.ml.regression import RandomForestRegressionModel, RandomForestRegressor

from rookery_jobs import scorer
from rookery_jobs.spark.trees import arrays_of, prediction

ESTIMATOR = RandomForestRegressor
MODEL = RandomForestRegressionModel


def export(model: Any, folder: Path) -> scorer.Stage:
    """What each leaf says."""
    return scorer.RandomForestRegressor(model.getFeaturesCol(), **arrays_of(folder, prediction))
