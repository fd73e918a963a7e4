"""The points to train: algorithms with grids of their parameters."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Annotated

from rookery.mistakes import Mistake, did_you_mean
from rookery.parts import Part, checked, refused
from rookery_jobs.contract import OBJECTIVES
from rookery_jobs.grid import (
    ALGORITHMS,
    Candidate,
    GridError,
    convert,
    expand,
    is_dotted_path,
    known_name,
    objective_of_path,
)

Values = tuple[object, ...]


def _check_algorithm(name: str) -> Iterator[Mistake]:
    """One that `rookery_jobs.grid` knows, or the dotted path of another."""
    known = known_name(name)
    if known:
        yield Mistake(
            f"{name!r} is known as {known!r}: say that, and it is checked, and served without Spark"
        )
    elif not is_dotted_path(name) and name not in ALGORITHMS:
        others = f"; known are {', '.join(ALGORITHMS)}, and dotted paths of classes"
        yield Mistake(f"unknown algorithm {name!r}{did_you_mean(name, ALGORITHMS) or others}")


def _check_grid(given: Mapping[str, Sequence[object]], algorithm: str) -> Iterator[Mistake]:
    """Parameters that the algorithm has, each with values that Spark takes. An estimator by dotted path may
    do without."""
    if not given and not is_dotted_path(algorithm):
        yield Mistake("it is empty; give at least one parameter with its values, or Spark's default of one")
    for name, values in given.items():
        yield from _parameter(algorithm, name, values)


def _parameter(algorithm: str, name: str, values: Sequence[object]) -> Iterator[Mistake]:
    known = ALGORITHMS[algorithm].hyperparameters if algorithm in ALGORITHMS else {name: None}
    if name not in known:
        hint = did_you_mean(name, known) or f"; it has {', '.join(known)}"
        yield Mistake(f"{algorithm} has no parameter {name!r}{hint}", (name,))
        return
    if not values:
        yield Mistake("its list is empty; give at least one value or leave it out", (name,))
    for value in values:
        yield from refused(partial(convert, algorithm, name, value), GridError, name)


def _check_objective(given: str | None, algorithm: str) -> Iterator[Mistake]:
    """What an estimator by dotted path is for, where its path does not tell."""
    if algorithm in ALGORITHMS or objective_of_path(algorithm):
        if given is not None and given != _objective(algorithm):
            yield Mistake(f"{algorithm} is for {_objective(algorithm)}, not {given}: leave it out")
    elif given not in OBJECTIVES:
        yield Mistake(f"say what {algorithm} is for: {' or '.join(OBJECTIVES)}")


def _objective(algorithm: str) -> str | None:
    return ALGORITHMS[algorithm].objective if algorithm in ALGORITHMS else objective_of_path(algorithm)


class Sweep(Part):
    """All combinations of some values of an algorithm's parameters, by Spark's names."""

    algorithm: Annotated[str, checked(_check_algorithm)]
    """A class of `pyspark.ml.classification` or `pyspark.ml.regression` that is among the
    [algorithms](algorithms.md), or the dotted path of any other estimator."""
    grid: Annotated[dict[str, Values], checked(_check_grid, "algorithm")]
    """Parameter, by Spark's name, and its values."""
    objective: Annotated[str | None, checked(_check_objective, "algorithm")] = None
    """What an estimator of your own predicts: `classification` or `regression`."""

    @property
    def predicts(self) -> str:
        """The name of its objective."""
        return self.objective or _objective(self.algorithm) or ""

    @property
    def is_dotted_path(self) -> bool:
        """Whether its estimator is named by a dotted path, and so served by Spark."""
        return is_dotted_path(self.algorithm)


def check_sweeps(given: Sequence[Sweep]) -> Iterator[Mistake]:
    """At least one sweep, each with another algorithm, all to one purpose, and not too many points."""
    if not given:
        yield Mistake("it is empty; give at least one Sweep(algorithm=…, grid=…)")
        return
    seen: set[str] = set()
    for index, sweep in enumerate(given):
        if sweep.algorithm in seen:
            yield Mistake(f"{sweep.algorithm} is in the plan twice; join its grids", (index, "algorithm"))
        seen.add(sweep.algorithm)
        objective, first = objective_of([sweep]), objective_of(given)
        if objective != first:
            yield Mistake(
                f"{sweep.algorithm} is for {objective}, {given[0].algorithm} for {first}: their metrics "
                "cannot be compared",
                (index, "algorithm"),
            )
    yield from refused(partial(candidates, given), GridError)


def objective_of(sweeps: Sequence[Sweep]) -> str:
    """What the sweeps predict, by the name of the objective: all have that of the first."""
    return sweeps[0].predicts


def candidates(sweeps: Sequence[Sweep]) -> tuple[Candidate, ...]:
    """The points of some sweeps, with parameters converted by their Spark types. Raises GridError."""
    return expand((sweep.algorithm, sweep.grid) for sweep in sweeps)
