"""The interval of a difference on the same rows."""

import math

import numpy as np
import pytest

from rookery_jobs.spark.judge import weighted
from rookery_jobs.spark.judge.bootstrap import Bootstrap, Joint
from rookery_jobs.spark.objectives.classification.evaluation import Confusion, metrics_of

SEED = 42
COUNTED = Bootstrap(0.95, larger_is_better=True, seed=SEED)


def accuracy(confusion: Confusion) -> float:
    return metrics_of(confusion)["accuracy"]


def table(*, both: int, challenger_only: int, champion_only: int, neither: int = 0) -> Joint:
    """Rows of class 0, by which of the two finds it."""
    cells = {(0.0, 0.0, 0.0): both, (0.0, 0.0, 1.0): challenger_only, (0.0, 1.0, 0.0): champion_only}
    return {**cells, (0.0, 1.0, 1.0): neither}


def test_two_models_that_say_the_same_differ_by_nothing() -> None:
    found = COUNTED.counted(table(both=90, challenger_only=0, champion_only=0, neither=10), accuracy)
    assert found == (0.9, 0.9, 0.0, 0.0)


def test_the_interval_is_that_of_the_rows_on_which_they_differ() -> None:
    found = COUNTED.counted(table(both=80, challenger_only=15, champion_only=5), accuracy)
    assert (found.challenger, found.champion) == (0.95, 0.85)
    # Of the difference of two paired shares: the normal approximation.
    spread = 1.96 * math.sqrt((0.20 - 0.10**2) / 100)
    assert found.low == pytest.approx(0.10 - spread, abs=0.02)
    assert found.high == pytest.approx(0.10 + spread, abs=0.02)


def test_what_is_noise_on_few_rows_is_progress_on_many() -> None:
    few = COUNTED.counted(table(both=80, challenger_only=12, champion_only=8), accuracy)
    many = COUNTED.counted(table(both=8000, challenger_only=1200, champion_only=800), accuracy)
    assert few.challenger - few.champion == many.challenger - many.champion
    assert few.low < 0 < many.low


def test_where_smaller_is_better_an_improvement_is_a_decrease() -> None:
    table_ = table(both=800, challenger_only=150, champion_only=50)
    loss = Bootstrap(0.95, larger_is_better=False, seed=SEED).counted(
        table_, lambda confusion: metrics_of(confusion)["hammingLoss"]
    )
    assert loss.challenger < loss.champion
    assert loss.low > 0


def test_the_same_rows_and_seed_give_the_same_interval_and_another_seed_another() -> None:
    rows = table(both=80, challenger_only=15, champion_only=5)
    assert COUNTED.counted(rows, accuracy) == COUNTED.counted(rows, accuracy)
    other = Bootstrap(0.95, larger_is_better=True, seed=SEED + 1)
    assert other.counted(rows, accuracy) != COUNTED.counted(rows, accuracy)


def test_a_negative_seed_is_a_seed() -> None:
    rows = table(both=80, challenger_only=15, champion_only=5)
    assert Bootstrap(0.95, larger_is_better=True, seed=-1).counted(rows, accuracy).low < 0.10


def test_errors_of_numbers_are_weighed_row_by_row() -> None:
    random = np.random.default_rng(SEED)
    label = random.normal(size=400)
    noise = random.normal(size=400)
    found = Bootstrap(0.95, larger_is_better=False, seed=SEED).weighted(
        label, label + 0.5 * noise, label + noise, weighted.rmse
    )
    assert found.champion == pytest.approx(2 * found.challenger)
    assert 0 < found.low < found.champion - found.challenger < found.high


@pytest.mark.parametrize("metric", weighted.METRICS)
def test_a_weight_of_two_is_a_row_that_is_there_twice(metric: str) -> None:
    label = np.array([1.0, 0.0, 1.0, 0.0, 1.0, 1.0])
    score = np.array([0.9, 0.8, 0.8, 0.3, 0.2, 0.1])
    weights = np.array([1.0, 2.0, 1.0, 1.0, 0.0, 3.0])
    repeated = np.repeat(np.arange(6), weights.astype(int))
    measure = weighted.METRICS[metric]
    expected = measure(label[repeated], score[repeated], np.ones(len(repeated)))
    assert measure(label, score, weights) == pytest.approx(expected, abs=1e-12)
