"""Trees as arrays: every row goes down every tree to a leaf."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rookery_jobs import scorer
from rookery_jobs.scorer import trees

# Two trees. The first splits a number at 5, and what is above by category: 0 and 2 go left. The second is a
# leaf alone.
NODES: dict[str, Any] = {
    "featuresCol": "Features",
    "depth": 2,
    "roots": np.array([0, 5]),
    "feature": np.array([0, 0, 1, 0, 0, 0]),
    "threshold": np.array([5.0, 0, 0, 0, 0, 0]),
    "left": np.array([1, 1, 3, 3, 4, 5]),
    "right": np.array([2, 1, 4, 3, 4, 5]),
    "split": np.array([-1, -1, 0, -1, -1, -1]),
    "categories": np.array([[True, False, True]]),
}
ROWS = np.array([[5.0, 1.0], [5.1, 0.0], [5.1, 1.0], [9.0, 2.0]])
COUNTS = np.array([[0.0, 0.0], [3, 1], [0, 0], [0, 8], [4, 4], [1, 1]])
NUMBERS = np.array([[0.0], [1.0], [0], [2.0], [3.0], [10.0]])


def test_a_tree_of_classes_gives_the_shares_of_the_leaf_and_the_first_of_equal_classes() -> None:
    columns = {"Features": ROWS}
    one = {**NODES, "roots": np.array([0])}
    scorer.DecisionTreeClassifier(value=COUNTS, **one).transform(columns)
    assert columns["probability"].tolist() == [[0.75, 0.25], [0, 1], [0.5, 0.5], [0, 1]]
    assert columns["prediction"].tolist() == [0.0, 1.0, 0.0, 1.0]


def test_every_tree_of_a_forest_has_one_vote() -> None:
    columns = {"Features": ROWS}
    scorer.RandomForestClassifier(value=COUNTS, **NODES).transform(columns)
    assert columns["probability"].tolist() == [[0.625, 0.375], [0.25, 0.75], [0.5, 0.5], [0.25, 0.75]]


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (lambda: scorer.RandomForestRegressor(value=NUMBERS, **NODES), [5.5, 6.0, 6.5, 6.0]),
        (
            lambda: scorer.GBTRegressor(value=NUMBERS, treeWeights=np.array([1.0, 0.1]), **NODES),
            [2.0, 3.0, 4.0, 3.0],
        ),
        (
            lambda: scorer.DecisionTreeRegressor(value=NUMBERS, **{**NODES, "roots": np.array([0])}),
            [1.0, 2.0, 3.0, 2.0],
        ),
    ],
)
def test_trees_of_numbers_are_joined_by_mean_or_weight(
    make: Callable[[], scorer.Stage], expected: list[float]
) -> None:
    columns = {"Features": ROWS}
    make().transform(columns)
    assert columns["prediction"].tolist() == expected


def test_rows_beyond_those_scored_at_once_are_scored_too(monkeypatch: pytest.MonkeyPatch) -> None:
    whole, parts = {"Features": ROWS}, {"Features": ROWS}
    stage = scorer.GBTClassifier(value=NUMBERS - 2, treeWeights=np.array([1.0, -0.1]), **NODES)
    stage.transform(whole)
    monkeypatch.setattr(trees, "_ROWS_AT_ONCE", 3)
    stage.transform(parts)
    assert parts["probability"].tolist() == whole["probability"].tolist()
    assert parts["probability"].shape == (4, 2)


def test_trees_are_saved_without_pickle_and_read_as_they_were(tmp_path: Path) -> None:
    stage = scorer.GBTClassifier(value=NUMBERS, treeWeights=np.array([1.0, 0.1]), **NODES)
    made = scorer.Scorer(("x", "y"), (scorer.VectorAssembler(("x", "y"), "Features"), stage))
    scorer.save(made, tmp_path / "scorer")
    rows = {"x": [5.0, 6.0], "y": [1.0, 2.0]}
    expected = made.score(rows).probability.tolist()
    assert scorer.load(tmp_path / "scorer").score(rows).probability.tolist() == expected
