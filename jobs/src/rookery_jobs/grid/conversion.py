"""A hyperparameter's value, however it is written, by its Spark type."""

import math
import re
from collections.abc import Mapping

from rookery_jobs.contract.identity import ParamValue
from rookery_jobs.errors import GridError
from rookery_jobs.grid.algorithms import ALGORITHMS
from rookery_jobs.grid.dotted_path import as_given, is_dotted_path
from rookery_jobs.grid.hyperparameter import Hyperparameter

_INTEGER = re.compile(r"[+-]?[0-9]{1,10}(\.0*)?")
_NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?")


def convert(algorithm: str, parameter: str, value: object) -> ParamValue:
    """The value by the parameter's Spark type: "5", 5 and 5.0 are all 5 for `maxIter`. That of an estimator
    by dotted path is as it is given.

    Raises GridError, naming algorithm, parameter, value and what is allowed, for an unknown algorithm or
    parameter and for a value of another type or out of Spark's range (NaN and infinities are).
    """
    if is_dotted_path(algorithm):
        return as_given(algorithm, parameter, value)
    wanted = hyperparameter(algorithm, parameter)
    converted = _chosen(wanted, _CONVERTERS[wanted.kind](value))
    if converted is None or not wanted.takes(converted):
        raise GridError(f"{algorithm}.{parameter} cannot be {value!r}; allowed is {wanted.allowed}")
    return converted


def parameters_of(algorithm: str) -> Mapping[str, Hyperparameter]:
    """The parameters of an algorithm. Raises GridError for an algorithm that is not in ALGORITHMS."""
    if algorithm not in ALGORITHMS:
        raise GridError(f"unknown algorithm {algorithm!r}; known are {', '.join(ALGORITHMS)}")
    return ALGORITHMS[algorithm].hyperparameters


def hyperparameter(algorithm: str, parameter: str) -> Hyperparameter:
    """One parameter of an algorithm. Raises GridError for one that does not exist."""
    known = parameters_of(algorithm)
    if parameter not in known:
        raise GridError(f"{algorithm} has no parameter {parameter!r}; it has {', '.join(known)}")
    return known[parameter]


def _chosen(wanted: Hyperparameter, value: ParamValue | None) -> ParamValue | None:
    """A choice as Spark writes it, however its letters are."""
    written = {one.lower(): one for one in wanted.choices}
    return written.get(value.lower(), value) if isinstance(value, str) else value


def _to_int(value: object) -> int | None:
    if isinstance(value, str) and _INTEGER.fullmatch(value.strip()):
        return int(value.strip().partition(".")[0])
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _to_float(value: object) -> float | None:
    if isinstance(value, str) and _NUMBER.fullmatch(value.strip()):
        value = float(value.strip())
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number + 0.0 if math.isfinite(number) else None


def _to_bool(value: object) -> bool | None:
    if isinstance(value, str):
        return {"true": True, "false": False}.get(value.strip().lower())
    return value if isinstance(value, bool) else None


def _to_str(value: object) -> str | None:
    return value.strip() if isinstance(value, str) else None


_CONVERTERS = {int: _to_int, float: _to_float, bool: _to_bool, str: _to_str}
