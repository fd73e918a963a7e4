"""What the fit of a point costs, as far as its parameters tell: enough to deal points out evenly."""

import math
from collections.abc import Mapping
from dataclasses import dataclass

from rookery_jobs.contract.identity import ParamValue
from rookery_jobs.grid.hyperparameter import Hyperparameter


@dataclass(frozen=True)
class Cost:
    """Seconds of a fit on little data: `fixed`, and `step` for each of the steps, of which there are as many
    as the product of some hyperparameters. Measured on two cores; only their proportions matter."""

    fixed: float
    step: float
    factors: tuple[str, ...]

    def seconds(
        self, params: Mapping[str, ParamValue], hyperparameters: Mapping[str, Hyperparameter]
    ) -> float:
        """Of a point with these parameters; one that it leaves out has Spark's default."""
        steps = math.prod(float(params.get(name, hyperparameters[name].default)) for name in self.factors)
        return self.fixed + self.step * steps


STEPS_OF_AN_OPTIMISER = Cost(0.15, 0.015, ("maxIter",))
LEVELS_OF_A_TREE = Cost(0.05, 0.06, ("maxDepth",))
LEVELS_OF_A_FOREST = Cost(0.05, 0.004, ("maxDepth", "numTrees"))
LEVELS_OF_TREES_ONE_AFTER_THE_OTHER = Cost(0.05, 0.06, ("maxDepth", "maxIter"))
