"""From the grids of a plan to the points of a sweep."""

import itertools
import math
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from rookery_jobs.contract.identity import ParamValue, point_id
from rookery_jobs.contract.sweep_specs import Point
from rookery_jobs.errors import GridError
from rookery_jobs.grid.conversion import convert, hyperparameter, parameters_of
from rookery_jobs.grid.dotted_path import is_dotted_path

MAX_POINTS = 100_000
"""Points of one sweep: what is above is a list too many, and would fill the memory before it is noticed."""


class Candidate(NamedTuple):
    """A point before it has an id: the algorithm and its converted parameters."""

    algorithm: str
    params: dict[str, ParamValue]


def expand(sweeps: Iterable[tuple[str, Mapping[str, Sequence[object]]]]) -> tuple[Candidate, ...]:
    """The points of some sweeps, each (algorithm, {parameter: values}): the Cartesian product of the values.

    The order is that of the sweeps, of their parameters as written, and of their values; a point that occurs
    again is dropped. Raises GridError for no sweep, an empty list or grid (an estimator by dotted path may
    have none), a value that `convert` refuses, and more than MAX_POINTS points.
    """
    grids = [(algorithm, _converted_grid(algorithm, grid)) for algorithm, grid in sweeps]
    if not grids:
        raise GridError("the sweep is empty: give at least one algorithm with a grid")
    size = sum(math.prod(len(values) for values in grid.values()) for _, grid in grids)
    if size > MAX_POINTS:
        raise GridError(f"the grid has {size} points; at most {MAX_POINTS} are allowed: shorten its lists")
    return _unique(
        Candidate(algorithm, dict(zip(grid, values, strict=True)))
        for algorithm, grid in grids
        for values in itertools.product(*grid.values())
    )


def make_points(
    candidates: Iterable[Candidate],
    *,
    categorical: Sequence[str],
    numeric: Sequence[str],
    label: str,
    snapshot_digest: str,
    code_digest: str,
    boolean: Sequence[str] = (),
) -> tuple[Point, ...]:
    """The candidates with their ids (see `point_id`), in the same order."""

    def identify(candidate: Candidate) -> Point:
        identifier = point_id(
            candidate.algorithm,
            candidate.params,
            categorical=categorical,
            numeric=numeric,
            label=label,
            snapshot_digest=snapshot_digest,
            code_digest=code_digest,
            boolean=boolean,
        )
        return Point(identifier, candidate.algorithm, candidate.params)

    return tuple(identify(candidate) for candidate in candidates)


def _converted_grid(algorithm: str, grid: Mapping[str, Sequence[object]]) -> dict[str, list[ParamValue]]:
    if is_dotted_path(algorithm):
        return {name: _converted_values(algorithm, name, values) for name, values in grid.items()}
    parameters_of(algorithm)
    if not grid:
        raise GridError(f"the grid of {algorithm} is empty: give at least one parameter with its values")
    return {name: _converted_values(algorithm, name, values) for name, values in grid.items()}


def _converted_values(algorithm: str, parameter: str, values: Sequence[object]) -> list[ParamValue]:
    if not is_dotted_path(algorithm):
        hyperparameter(algorithm, parameter)
    if isinstance(values, str) or not isinstance(values, Sequence):
        raise GridError(f"{algorithm}.{parameter} needs a list of values, not {values!r}")
    if not values:
        raise GridError(f"{algorithm}.{parameter} has an empty list: give at least one value or leave it out")
    converted = [convert(algorithm, parameter, value) for value in values]
    # To Python, 1, 1.0 and True are one key.
    return list({(type(value), value): value for value in converted}.values())


def _unique(candidates: Iterable[Candidate]) -> tuple[Candidate, ...]:
    seen: dict[object, Candidate] = {}
    for one in candidates:
        values = sorted((name, type(value).__name__, value) for name, value in one.params.items())
        seen.setdefault((one.algorithm, tuple(values)), one)
    return tuple(seen.values())
