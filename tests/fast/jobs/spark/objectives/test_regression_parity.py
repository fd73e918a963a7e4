"""What the parity gate counts as a difference of numbers."""

import numpy as np
import pandas as pd
import pytest

from rookery_jobs import scorer
from rookery_jobs.spark.objectives import regression

MODEL = scorer.Scorer(
    ("Mass",),
    (
        scorer.VectorAssembler(("Mass",), "Features"),
        scorer.LinearRegression("Features", 0.0, np.array([1.0])),
    ),
)


@pytest.mark.parametrize(
    ("mass", "prediction", "different"),
    [
        (1.0, 1.0, 0),
        (1.0, 1.0 + 1e-12, 0),
        (1.0, 1.0 + 1e-8, 1),
        (0.0, 1e-12, 0),
        (1e12, 1e12 + 1.0, 0),
        (1e12, 1e12 + 1e4, 1),
        (1.0, float("nan"), 1),
    ],
)
def test_numbers_may_be_told_apart_by_rounding(mass: float, prediction: float, different: int) -> None:
    batch = pd.DataFrame({"Mass": [mass], "prediction": [prediction]})
    report = regression.compare_batch(batch, MODEL).iloc[0]
    assert int(report["different"]) == different
