"""What the parity gate compares: the prediction of every row."""

import numpy as np
import pandas as pd
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F  # noqa: N812

from rookery_jobs.contract.columns import PREDICTION
from rookery_jobs.scorer import Scorer

TOLERANCE = 1e-9
"""Largest difference of a prediction, as a share of it where it is larger than 1: Java's and NumPy's sums
differ by about 1e-15 of the terms."""

COMPARED = "predictions"


def compared(predictions: DataFrame) -> list[Column]:  # noqa: ARG001  (all pipelines have it)
    """The prediction."""
    return [F.col(PREDICTION)]


def compare_batch(batch: pd.DataFrame, model: Scorer) -> pd.DataFrame:
    """Predictions are different if they are apart by more than TOLERANCE."""
    expected = batch[PREDICTION].to_numpy(dtype=np.float64)
    apart = np.abs(model.score(batch).prediction - expected) / np.maximum(1.0, np.abs(expected))
    different = int((~(apart <= TOLERANCE)).sum())
    return pd.DataFrame(
        {"rows": [len(batch)], "different": [different], "largest": [float(apart.max(initial=0.0))]}
    )
