"""One hyperparameter, by Spark's name, type, range and default."""

import math
from dataclasses import dataclass

from rookery_jobs.contract.identity import ParamValue

INT_MAX = 2**31 - 1
"""The largest value of a Java int."""


@dataclass(frozen=True)
class Hyperparameter:
    """One parameter of a Spark estimator: its meaning in plain words, type, default, range or choices, and
    which way is simpler.

    `above_low` and `below_high` say that an end of the range is itself no value. `simpler` is -1 where
    smaller values give the simpler model, 1 where larger ones do, 0 where neither.
    """

    meaning: str
    kind: type[bool] | type[int] | type[float] | type[str]
    default: ParamValue
    low: float = -math.inf
    high: float = math.inf
    choices: tuple[str, ...] = ()
    simpler: int = 0
    above_low: bool = False
    below_high: bool = False

    def takes(self, value: ParamValue) -> bool:
        """Whether a value of the parameter's type is one of its choices, or in its range."""
        if isinstance(value, str):
            return value in self.choices
        above = value > self.low if self.above_low else value >= self.low
        return above and (value < self.high if self.below_high else value <= self.high)

    @property
    def allowed(self) -> str:
        """The allowed values in words."""
        if self.choices:
            return "one of " + ", ".join(self.choices)
        if self.kind is bool:
            return "true or false"
        name = "a whole number" if self.kind is int else "a number"
        unlimited = math.isinf(self.high) or self.high == INT_MAX
        if not unlimited and not self.above_low and not self.below_high:
            return f"{name} from {self.low:g} to {self.high:g}"
        low = f"{'above' if self.above_low else 'at least'} {self.low:g}"
        high = "" if unlimited else f", {'below' if self.below_high else 'at most'} {self.high:g}"
        return f"{name}, {low}{high}"
