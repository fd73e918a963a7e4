"""What the parity gate compares: the class of every row, and the probability of every class."""

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pyspark.ml.functions import vector_to_array
from pyspark.sql import Column, DataFrame
from pyspark.sql import functions as F  # noqa: N812

from rookery_jobs.contract.columns import PREDICTED_LABEL, PREDICTION, PROBABILITY
from rookery_jobs.scorer import Scorer, Vector

TOLERANCE = 1e-9
"""Largest difference of a probability: Java's and NumPy's sums differ by about 1e-15."""

COMPARED = "probabilities"


def compared(predictions: DataFrame) -> list[Column]:
    """The class, the probabilities as an array, and the label of the class where it is indexed."""
    labels = [F.col(name) for name in predictions.columns if name == PREDICTED_LABEL]
    return [F.col(PREDICTION), vector_to_array(F.col(PROBABILITY)).alias(PROBABILITY), *labels]


def compare_batch(batch: pd.DataFrame, model: Scorer) -> pd.DataFrame:
    """Predictions are the same between classes whose probabilities differ by no more than TOLERANCE; labels
    must be equal where classes are."""
    scored = model.score(batch)
    probability = np.array(batch[PROBABILITY].to_list(), dtype=np.float64)
    chosen = batch[PREDICTION].to_numpy()
    apart = _apart(probability, chosen, scored.prediction)
    if PREDICTED_LABEL in batch:
        named = np.array([_written(each) for each in scored.answer], dtype=object)
        apart |= (chosen == scored.prediction) & (named != batch[PREDICTED_LABEL].to_numpy(dtype=object))
    different = int(apart.sum())
    largest = float(np.abs(scored.probability - probability).max(initial=0.0))
    return pd.DataFrame({"rows": [len(batch)], "different": [different], "largest": [largest]})


def _written(label: object) -> str:
    """A label as Spark's IndexToString has it."""
    return str(label).lower() if isinstance(label, bool | np.bool_) else str(label)


def _apart(probability: Vector, chosen: Vector, other: Vector) -> NDArray[np.bool_]:
    """For each row, whether one class is more probable than the other by more than TOLERANCE."""
    rows = np.arange(len(probability))
    first, second = (probability[rows, np.asarray(each, dtype=int)] for each in (chosen, other))
    apart: NDArray[np.bool_] = np.abs(first - second) > TOLERANCE
    return apart
