"""Logistic regression, binomial or multinomial."""

from typing import Any

import numpy as np
from pyspark.ml.classification import LogisticRegression, LogisticRegressionModel

from rookery_jobs import scorer

ESTIMATOR = LogisticRegression
MODEL = LogisticRegressionModel


def export(model: Any) -> scorer.Stage:
    """Coefficients and intercepts, a row for each class or one in all, and the threshold between two."""
    return scorer.LogisticRegression(
        model.getFeaturesCol(),
        model.getThreshold(),
        np.asarray(model.coefficientMatrix.toArray(), dtype=np.float64),
        np.asarray(model.interceptVector.toArray(), dtype=np.float64),
    )
