"""What the parity gate counts as a difference."""

import numpy as np
import pandas as pd
import pytest

from rookery_jobs import scorer
from rookery_jobs.spark.objectives.classification import parity


def compared(probability: list[float], prediction: float) -> tuple[int, float]:
    """Spark's answer for one row against a scorer of three classes, of which the first two are equal."""
    model = scorer.Scorer(
        ("Mass",),
        (
            scorer.VectorAssembler(("Mass",), "Features"),
            scorer.LogisticRegression("Features", 0.5, np.zeros((3, 1)), np.array([1.0, 1.0, 0.0])),
        ),
    )
    row = {"Mass": [1.0], "prediction": [prediction], "probability": [probability]}
    report = parity.compare_batch(pd.DataFrame(row), model).iloc[0]
    return int(report["different"]), float(report["largest"])


EQUAL = np.e / (2 * np.e + 1)


@pytest.mark.parametrize("prediction", [0.0, 1.0])
def test_classes_of_one_probability_may_be_told_apart_by_rounding(prediction: float) -> None:
    different, largest = compared([EQUAL, EQUAL + 1e-16, 1 - 2 * EQUAL], prediction)
    assert different == 0
    assert largest < 1e-15


def test_another_class_is_a_difference() -> None:
    assert compared([EQUAL, EQUAL, 1 - 2 * EQUAL], 2.0)[0] == 1
    assert compared([EQUAL - 1e-8, EQUAL + 1e-8, 1 - 2 * EQUAL], 1.0)[0] == 1


@pytest.mark.parametrize(
    ("label_type", "labels", "named"),
    [
        ("boolean", ("false", "true"), ["true", "false"]),
        ("long", ("-1", "20"), ["20", "-1"]),
        ("string", ("no", "yes"), ["yes", "no"]),
    ],
)
def test_another_label_for_the_same_class_is_a_difference(
    label_type: str, labels: tuple[str, str], named: list[str]
) -> None:
    model = scorer.Scorer(
        ("Mass",),
        (
            scorer.VectorAssembler(("Mass",), "Features"),
            scorer.LogisticRegression("Features", 0.5, np.array([[9.0]]), np.zeros(1)),
            scorer.IndexToString("prediction", "predictedLabel", labels, label_type),
        ),
    )
    scored = model.score({"Mass": [1.0, -1.0]})
    rows = {
        "Mass": [1.0, -1.0],
        "prediction": scored.prediction,
        "probability": scored.probability.tolist(),
    }
    same = parity.compare_batch(pd.DataFrame({**rows, "predictedLabel": named}), model)
    other = parity.compare_batch(pd.DataFrame({**rows, "predictedLabel": named[::-1]}), model)
    assert (same["different"].sum(), other["different"].sum()) == (0, 2)
