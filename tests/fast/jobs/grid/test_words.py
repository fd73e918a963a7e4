from rookery_jobs.contract import Point
from rookery_jobs.grid import in_words


def test_a_grid_in_words_has_each_value_once_and_at_most_ten() -> None:
    points = [
        Point(str(n), "LogisticRegression", {"maxIter": n % 12, "regParam": 0.5 if n < 12 else 0.1})
        for n in range(24)
    ]
    assert in_words(points) == (
        "LogisticRegression: maxIter 0, 1, 2, 3, 4, 5, 6, 7, 8, 9 and 2 more; regParam 0.5, 0.1"
    )


def test_an_estimator_without_parameters_is_its_name() -> None:
    points = [Point("1", "mine.Estimator", {}), Point("2", "LinearRegression", {"maxIter": 5})]
    assert in_words(points) == "mine.Estimator | LinearRegression: maxIter 5"
