"""Hyperparameters by Spark's names, types, ranges and defaults, and the conversion of one value."""

import math
import re
from dataclasses import dataclass

from rookery_jobs.contract.identity import ParamValue
from rookery_jobs.errors import GridError

_INTEGER = re.compile(r"[+-]?[0-9]{1,10}(\.0*)?")
_NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?")
_INT_MAX = 2**31 - 1


@dataclass(frozen=True)
class Hyperparameter:
    """One parameter of a Spark estimator: its meaning in plain words, type, default, range or choices, and
    which way is simpler.

    `simpler` is -1 where smaller values give the simpler model, 1 where larger ones do, 0 where neither.
    """

    meaning: str
    kind: type[bool] | type[int] | type[float] | type[str]
    default: ParamValue
    low: float = -math.inf
    high: float = math.inf
    choices: tuple[str, ...] = ()
    simpler: int = 0

    @property
    def allowed(self) -> str:
        """The allowed values in words."""
        if self.choices:
            return "one of " + ", ".join(self.choices)
        if self.kind is bool:
            return "true or false"
        name = "a whole number" if self.kind is int else "a number"
        if math.isinf(self.high) or self.high == _INT_MAX:
            return f"{name}, at least {self.low:g}"
        return f"{name} from {self.low:g} to {self.high:g}"


ALGORITHMS: dict[str, dict[str, Hyperparameter]] = {
    "LogisticRegression": {
        "maxIter": Hyperparameter(
            "iterations of the optimiser, at most", int, 100, low=0, high=_INT_MAX, simpler=-1
        ),
        "regParam": Hyperparameter("strength of the regularisation", float, 0.0, low=0, simpler=1),
        "elasticNetParam": Hyperparameter(
            "share of L1 in the regularisation: 0 is ridge, 1 is lasso", float, 0.0, low=0, high=1, simpler=1
        ),
        "tol": Hyperparameter("change at which the optimiser stops", float, 1e-6, low=0, simpler=1),
        "fitIntercept": Hyperparameter("whether to fit an intercept", bool, True, simpler=-1),
        "standardization": Hyperparameter("whether to scale the features while fitting", bool, True),
        "aggregationDepth": Hyperparameter(
            "depth of Spark's tree of partial sums", int, 2, low=2, high=_INT_MAX
        ),
        "family": Hyperparameter(
            "one class against another (binomial), or any number of classes (multinomial)",
            str,
            "auto",
            choices=("auto", "binomial", "multinomial"),
        ),
    },
}
"""Algorithm → parameter → Hyperparameter, from the Params of `pyspark.ml.classification`; the order of the
parameters is the order in which they decide which of two models is the simpler one."""


def convert(algorithm: str, parameter: str, value: object) -> ParamValue:
    """The value by the parameter's Spark type: "5", 5 and 5.0 are all 5 for `maxIter`.

    Raises GridError, naming algorithm, parameter, value and what is allowed, for an unknown algorithm or
    parameter and for a value of another type or out of Spark's range (NaN and infinities are).
    """
    wanted = hyperparameter(algorithm, parameter)
    converted = _CONVERTERS[wanted.kind](value)
    if converted is None or not _within(wanted, converted):
        raise GridError(f"{algorithm}.{parameter} cannot be {value!r}; allowed is {wanted.allowed}")
    return converted


def parameters_of(algorithm: str) -> dict[str, Hyperparameter]:
    """The parameters of an algorithm. Raises GridError for an algorithm that is not in ALGORITHMS."""
    if algorithm not in ALGORITHMS:
        raise GridError(f"unknown algorithm {algorithm!r}; known are {', '.join(ALGORITHMS)}")
    return ALGORITHMS[algorithm]


def hyperparameter(algorithm: str, parameter: str) -> Hyperparameter:
    """One parameter of an algorithm. Raises GridError for one that does not exist."""
    known = parameters_of(algorithm)
    if parameter not in known:
        raise GridError(f"{algorithm} has no parameter {parameter!r}; it has {', '.join(known)}")
    return known[parameter]


def _within(wanted: Hyperparameter, value: ParamValue) -> bool:
    if isinstance(value, str):
        return value in wanted.choices
    return wanted.low <= value <= wanted.high


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
    return value.strip().lower() if isinstance(value, str) else None


_CONVERTERS = {int: _to_int, float: _to_float, bool: _to_bool, str: _to_str}
