"""What the scorer makes of missing values, unseen categories, and predicted classes."""

import math
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from rookery_jobs import scorer

MISSING = " missing"


def columns(*stages: scorer.Stage, **given: Any) -> dict[str, Any]:
    working = dict(given)
    for stage in stages:
        stage.transform(working)
    return working


@pytest.mark.parametrize(
    "given", [[1.0, None, math.nan], np.array([1.0, math.nan, math.nan]), pd.Series([1.0, None, math.nan])]
)
def test_a_missing_number_becomes_what_the_training_says(given: Any) -> None:
    imputer = scorer.Imputer(("age",), ("filled",), np.array([7.5]))
    assert columns(imputer, age=given)["filled"].tolist() == [1.0, 7.5, 7.5]
    constant = scorer.Given(("age",), ("filled",), (0.0,))
    assert list(columns(constant, age=given)["filled"]) == [1.0, 0.0, 0.0]


def test_an_imputed_column_still_takes_numbers_alone() -> None:
    imputer = scorer.Imputer(("age",), ("filled",), np.array([7.5]))
    with pytest.raises(scorer.InvalidRow, match="row 1: column 'age' has 'old'; the model needs a number"):
        columns(imputer, age=[None, "old"])


@pytest.mark.parametrize(
    "given", [[True, None, False], pd.Series([True, None, False]), [np.bool_(1), math.nan, 0 > 1]]
)
def test_a_boolean_is_the_number_1_or_0_and_may_have_another_where_it_is_missing(given: Any) -> None:
    stage = scorer.Given(("member",), ("number",), (0.25,), booleans=("member",))
    assert list(columns(stage, member=given)["number"]) == [1.0, 0.25, 0.0]
    refusing = (
        scorer.Given(("member",), ("number",), (None,), booleans=("member",)),
        scorer.VectorAssembler(("number",), "v"),
    )
    with pytest.raises(scorer.InvalidRow, match="row 1: column 'number' is missing"):
        columns(*refusing, member=given)


@pytest.mark.parametrize("value", ["true", 1, 0.0])
def test_a_boolean_is_neither_a_text_nor_a_number(value: object) -> None:
    stage = scorer.Given(("member",), ("number",), (None,), booleans=("member",))
    with pytest.raises(
        scorer.InvalidRow, match=r"row 1: column 'member' has .*; the model needs true or false"
    ):
        columns(stage, member=[True, value])


def model(handle_invalid: str, fill: str | None, labels: tuple[str, ...]) -> scorer.Scorer:
    """One categorical column of a strange name, whose index is the number that is predicted."""
    stages = (
        scorer.Given(("a.b",), ("__column_0",), (fill,)),
        scorer.StringIndexer("__column_0", "index", labels, handle_invalid),
        scorer.VectorAssembler(("index",), "Features"),
        scorer.LinearRegression("Features", 0.0, np.array([1.0])),
    )
    return scorer.Scorer(("a.b",), stages, text_rule=1)


def index_of(of: scorer.Scorer, value: object) -> float:
    return float(of.score({"a.b": [value]}).prediction[0])


def test_a_missing_category_is_one_of_its_own_unless_a_text_says_the_same() -> None:
    kept = model("error", MISSING, ("x", MISSING))
    assert [index_of(kept, each) for each in ("x", None, math.nan, "  ")] == [0.0, 1.0, 1.0, 1.0]
    assert kept.takes_missing("a.b")
    with pytest.raises(scorer.InvalidRow, match="unseen category 'missing'"):
        index_of(kept, " missing")


def test_a_missing_category_that_the_training_had_none_of_is_unseen() -> None:
    strict = model("error", MISSING, ("x", "y"))
    assert not strict.takes_missing("a.b")
    assert strict.categories("a.b") == ("x", "y")
    with pytest.raises(scorer.InvalidRow, match="unseen category"):
        index_of(strict, None)


def test_unseen_categories_are_one_more_where_they_are_kept_and_so_are_missing_ones() -> None:
    kept = model("keep", None, ("x", "y"))
    assert [index_of(kept, each) for each in ("y", "z", None)] == [1.0, 2.0, 2.0]
    assert kept.takes_missing("a.b")
    assert kept.categories("a.b") == ()
    with pytest.raises(scorer.InvalidRow, match="unseen category 3"):
        index_of(kept, 3)


def test_a_category_is_a_one_among_zeros_and_the_last_all_zeros() -> None:
    encoder = scorer.OneHotEncoder(("index",), ("vector",), (2,))
    assert columns(encoder, index=np.array([0.0, 1.0, 2.0]))["vector"].tolist() == [[1, 0], [0, 1], [0, 0]]


def test_standard_scaling_gives_zero_for_what_was_constant() -> None:
    scaler = scorer.StandardScaler("raw", "scaled", np.array([10.0, 3.0]), np.array([2.0, 0.0]))
    assert columns(scaler, raw=np.array([[14.0, 99.0]]))["scaled"].tolist() == [[2.0, 0.0]]


@pytest.mark.parametrize(
    ("label_type", "labels", "answers"),
    [
        ("string", ("no", "yes"), ["yes", "no"]),
        ("long", ("-1", "20"), [20, -1]),
        ("boolean", ("false", "true"), [True, False]),
    ],
)
def test_a_class_is_answered_as_the_label_that_it_stands_for(
    tmp_path: Path, label_type: str, labels: tuple[str, str], answers: list[object]
) -> None:
    naming = scorer.IndexToString("prediction", "predictedLabel", labels, label_type)
    linear = scorer.LogisticRegression("Features", 0.5, np.array([[1.0]]), np.zeros(1))
    made = scorer.Scorer(("x",), (scorer.VectorAssembler(("x",), "Features"), linear, naming))
    scorer.save(made, tmp_path / "scorer")
    loaded = scorer.load(tmp_path / "scorer")
    scored = loaded.score({"x": [3.0, -3.0]})
    assert scored.answer.tolist() == answers
    assert [type(each) for each in scored.answer.tolist()] == [type(each) for each in answers]
    assert scored.prediction.tolist() == [1.0, 0.0]
    assert loaded.answer_type == label_type
