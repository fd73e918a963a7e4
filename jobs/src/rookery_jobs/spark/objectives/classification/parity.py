"""What the parity gate compares: the class of every row, and the probability of every class."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pyspark.ml.functions import vector_to_array
from pyspark.sql import Column
from pyspark.sql import functions as F  # noqa: N812

from rookery_jobs.contract.columns import PREDICTION, PROBABILITY
from rookery_jobs.scorer import Scorer, Vector

TOLERANCE = 1e-9
"""Largest difference of a probability: Java's and NumPy's sums differ by about 1e-15."""

COMPARED = "probabilities"


def compared() -> list[Column]:
    """The class, and the probabilities as an array."""
    return [F.col(PREDICTION), vector_to_array(F.col(PROBABILITY)).alias(PROBABILITY)]


def compare_batch(batch: pd.DataFrame, model: Scorer) -> pd.DataFrame:
    """Predictions are the same between classes whose probabilities differ by no more than TOLERANCE."""
    scored = model.score(batch)
    probability = np.array(batch[PROBABILITY].to_list(), dtype=np.float64)
    different = int(_apart(probability, batch[PREDICTION].to_numpy(), scored.prediction).sum())
    largest = float(np.abs(scored.probability - probability).max(initial=0.0))
    return pd.DataFrame({"rows": [len(batch)], "different": [different], "largest": [largest]})


def _apart(probability: Vector, chosen: Vector, other: Vector) -> NDArray[np.bool_]:
    """For each row, whether one class is more probable than the other by more than TOLERANCE."""
    rows = np.arange(len(probability))
    first, second = (probability[rows, np.asarray(each, dtype=int)] for each in (chosen, other))
    apart: NDArray[np.bool_] = np.abs(first - second) > TOLERANCE
    return apart
