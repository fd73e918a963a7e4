"""A sweep in words."""

from collections.abc import Iterable, Mapping

from rookery_jobs.contract.lists import first_ten
from rookery_jobs.contract.sweep_specs import Point


def in_words(points: Iterable[Point]) -> str:
    """The values of each parameter, at most ten: "LogisticRegression: maxIter 5, 10; regParam 0.1, 0.5".
    Of an algorithm without any, its name."""
    values: dict[str, dict[str, dict[object, None]]] = {}
    for point in points:
        parameters = values.setdefault(point.algorithm, {})
        for name, value in point.params.items():
            parameters.setdefault(name, {})[value] = None
    return " | ".join(
        ": ".join(filter(None, [algorithm, _parameters(given)])) for algorithm, given in values.items()
    )


def _parameters(values: Mapping[str, Iterable[object]]) -> str:
    return "; ".join(f"{name} {first_ten(given)}" for name, given in values.items())
