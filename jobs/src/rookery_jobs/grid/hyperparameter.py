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
        if math.isinf(self.high) or self.high == INT_MAX:
            return f"{name}, at least {self.low:g}"
        return f"{name} from {self.low:g} to {self.high:g}"
