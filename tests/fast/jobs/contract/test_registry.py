import pytest

from rookery_jobs.contract import (
    catalog_name,
    model_name_problem,
    registry_uri_for,
)


@pytest.mark.parametrize(
    ("name", "tracking_uri", "expected"),
    [
        ("Penguin Predictor", "databricks", "databricks"),
        ("main.ml.penguins", "databricks", "databricks-uc"),
        ("main.ml.penguins", "databricks://profile", "databricks-uc://profile"),
        ("main.ml.penguins", "http://127.0.0.1:5000", "http://127.0.0.1:5000"),
        ("v1.2", "databricks", "databricks"),
    ],
)
def test_the_registry_follows_from_the_name(name: str, tracking_uri: str, expected: str) -> None:
    assert registry_uri_for(name, tracking_uri) == expected


def test_three_parts_are_a_name_of_unity_catalog() -> None:
    assert catalog_name("main.ml.penguins") == ("main", "ml", "penguins")
    assert [catalog_name(name) for name in ("Penguin Predictor", "v1.2", "a.b.c.d")] == [None] * 3


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("main.ml.penguins", None),
        ("Penguin Predictor", None),
        ("Main.ml.penguins", "is no Unity Catalog name"),
        ("main..penguins", "is no Unity Catalog name"),
        (f"main.ml.{'p' * 256}", "is no Unity Catalog name"),
        ("ml.penguins", "has two parts"),
        ("a.b.c.d", "is no model name"),
        (" penguins", "is no model name"),
        ("", "is no model name"),
        ("p" * 257, "is no model name"),
        ("birds/penguins", "has a character"),
    ],
)
def test_a_name_that_its_registry_would_refuse_has_a_problem(name: str, problem: str | None) -> None:
    found = model_name_problem(name)
    assert found == problem if problem is None else found and found.startswith(problem)
