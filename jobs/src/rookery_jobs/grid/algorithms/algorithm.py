"""What is known of an algorithm without Spark."""

from collections.abc import Mapping
from dataclasses import dataclass

from rookery_jobs.grid.cost import Cost
from rookery_jobs.grid.hyperparameter import Hyperparameter


@dataclass(frozen=True)
class Algorithm:
    """What it predicts (an objective of the contract), its hyperparameters, in the order in which they decide
    which of two models is the simpler one, what a fit costs, and the classes that it can tell apart at most
    (None: no limit of its own)."""

    objective: str
    hyperparameters: Mapping[str, Hyperparameter]
    cost: Cost
    max_classes: int | None = None
