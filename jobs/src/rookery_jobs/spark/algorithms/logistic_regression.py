"""Logistic regression, binomial or multinomial."""

from pathlib import Path
from typing import Any

import numpy as np
from pyspark.ml.classification import LogisticRegression, LogisticRegressionModel

from rookery_jobs import scorer

ESTIMATOR = LogisticRegression
MODEL = LogisticRegressionModel


def export(model: Any, folder: Path) -> scorer.Stage:  # noqa: ARG001  (the model itself has the numbers)
    """Coefficients and intercepts, a row for each class or one in all, and the threshold between two."""
    return scorer.LogisticRegression(
        model.getFeaturesCol(),
        model.getThreshold(),
        np.asarray(model.coefficientMatrix.toArray(), dtype=np.float64),
        np.asarray(model.interceptVector.toArray(), dtype=np.float64),
    )
