"""Estimators by dotted path: points of the sweep like others, of whose parameters nothing is known."""

import math

import pytest

from rookery_jobs.contract import Point
from rookery_jobs.grid import (
    Candidate,
    GridError,
    Scored,
    expand,
    is_dotted_path,
    known_name,
    max_categories,
    max_classes,
    objective_of_path,
    ranking,
)

SPARKS, OWN = "pyspark.ml.classification.NaiveBayes", "mine.deep.Est_2"


def test_a_dotted_path_is_told_from_a_name_and_from_a_mistake() -> None:
    assert is_dotted_path(SPARKS)
    assert is_dotted_path(OWN)
    assert not any(map(is_dotted_path, ("LogisticRegression", "a..b", ".a", "a.", "a.1b", "a b.c", "a.b\n")))


def test_a_known_estimator_is_found_by_its_path_and_what_it_is_for_by_its_module() -> None:
    assert known_name("pyspark.ml.classification.GBTClassifier") == "GBTClassifier"
    assert known_name(SPARKS) is None
    assert known_name("mine.GBTClassifier") is None
    assert objective_of_path(SPARKS) == "classification"
    assert objective_of_path("pyspark.ml.regression.FMRegressor") == "regression"
    assert objective_of_path(OWN) is None


def test_values_stay_as_they_are_and_may_be_none_at_all() -> None:
    found = expand([(SPARKS, {"smoothing": [1, 1.0, True, 1, "1"]}), (OWN, {})])
    assert [one.params.get("smoothing") for one in found] == [1, 1.0, True, "1", None]
    assert [type(one.params.get("smoothing")) for one in found[:4]] == [int, float, bool, str]
    assert found[4] == Candidate(OWN, {})


@pytest.mark.parametrize("value", [math.inf, math.nan, None, [1], {}])
def test_a_value_that_json_cannot_be_is_refused(value: object) -> None:
    with pytest.raises(GridError, match=r"NaiveBayes\.smoothing cannot be"):
        expand([(SPARKS, {"smoothing": [value]})])


def test_it_limits_nothing_and_comes_after_the_known_ones_of_equal_metrics() -> None:
    points = [Candidate(OWN, {}), Candidate("DecisionTreeClassifier", {})]
    assert max_classes(points) is None
    assert max_categories(points) == 32
    scored = [Scored(Point(f"{n}", one.algorithm, {}), f"r{n}", {"f1": 0.9}) for n, one in enumerate(points)]
    assert [each.point.algorithm for each in ranking(scored, "f1")] == ["DecisionTreeClassifier", OWN]
