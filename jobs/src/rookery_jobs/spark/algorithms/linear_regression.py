"""Linear regression."""

from pathlib import Path
from typing import Any

import numpy as np
from pyspark.ml.regression import LinearRegression, LinearRegressionModel

from rookery_jobs import scorer

ESTIMATOR = LinearRegression
MODEL = LinearRegressionModel


def export(model: Any, folder: Path) -> scorer.Stage:  # noqa: ARG001  (the model itself has the numbers)
    """Coefficients and intercept."""
    coefficients = np.asarray(model.coefficients.toArray(), dtype=np.float64)
    return scorer.LinearRegression(model.getFeaturesCol(), float(model.intercept), coefficients)
