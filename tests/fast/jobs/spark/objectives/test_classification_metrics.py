import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rookery_jobs.contract.objectives.classification import AREAS, CLASSIFICATION, LOG_LOSS
from rookery_jobs.spark.objectives.classification.evaluation import metrics_of

# Of 10 rows of class 0, 6 are right; of 5 of class 1, 4; of 5 of class 2, 5.
CONFUSION = {(0.0, 0.0): 6, (0.0, 1.0): 3, (0.0, 2.0): 1, (1.0, 1.0): 4, (1.0, 0.0): 1, (2.0, 2.0): 5}


@pytest.mark.parametrize(
    ("metric", "expected"),
    [
        ("accuracy", 15 / 20),
        ("weightedRecall", 0.5 * 6 / 10 + 0.25 * 4 / 5 + 0.25 * 5 / 5),
        ("weightedTruePositiveRate", 0.5 * 6 / 10 + 0.25 * 4 / 5 + 0.25 * 5 / 5),
        ("weightedPrecision", 0.5 * 6 / 7 + 0.25 * 4 / 7 + 0.25 * 5 / 6),
        ("weightedFalsePositiveRate", 0.5 * 1 / 10 + 0.25 * 3 / 15 + 0.25 * 1 / 15),
        ("f1", 0.5 * 12 / 17 + 0.25 * 8 / 12 + 0.25 * 10 / 11),
        ("weightedFMeasure", 0.5 * 12 / 17 + 0.25 * 8 / 12 + 0.25 * 10 / 11),
        ("hammingLoss", 5 / 20),
    ],
)
def test_metrics_follow_from_the_confusion_matrix(metric: str, expected: float) -> None:
    assert metrics_of(CONFUSION)[metric] == pytest.approx(expected, abs=1e-15)


def test_every_metric_that_may_choose_a_point_is_measured() -> None:
    assert set(metrics_of(CONFUSION)) == set(CLASSIFICATION.metrics) - {*AREAS, LOG_LOSS}


def test_a_class_that_is_never_predicted_has_precision_zero() -> None:
    measured = metrics_of({(0.0, 0.0): 3, (1.0, 0.0): 1})
    assert measured["weightedPrecision"] == pytest.approx(0.75 * 0.75)
    assert measured["f1"] == pytest.approx(0.75 * 6 / 7)


def test_a_class_that_is_only_predicted_has_no_weight() -> None:
    assert metrics_of({(0.0, 0.0): 1, (0.0, 7.0): 1})["weightedRecall"] == 0.5


def test_a_single_class_has_no_false_positive_rate() -> None:
    assert math.isnan(metrics_of({(0.0, 0.0): 4})["weightedFalsePositiveRate"])


classes = st.integers(0, 4).map(float)
confusions = st.dictionaries(st.tuples(classes, classes), st.integers(1, 1000), min_size=1)


@given(confusions)
def test_weighted_recall_is_accuracy_and_hamming_loss_its_rest(
    confusion: dict[tuple[float, float], int],
) -> None:
    measured = metrics_of(confusion)
    assert measured["weightedRecall"] == measured["weightedTruePositiveRate"] == measured["accuracy"]
    assert measured["hammingLoss"] == pytest.approx(1 - measured["accuracy"], abs=1e-12)
    assert all(-1e-12 <= value <= 1 + 1e-12 for value in measured.values() if not math.isnan(value))
