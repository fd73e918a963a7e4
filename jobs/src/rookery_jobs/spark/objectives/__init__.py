"""Label, metrics and parity of each objective; the objectives are those of `contract.objectives`."""

from rookery_jobs.contract import SnapshotSpec
from rookery_jobs.spark.objectives import classification
from rookery_jobs.spark.objectives.objective import Objective, Survey

__all__ = ["OBJECTIVES", "Objective", "Survey", "objective_of"]

OBJECTIVES: dict[str, Objective] = {"classification": classification}


def objective_of(spec: SnapshotSpec) -> Objective:  # noqa: ARG001
    """What a model of this snapshot predicts: a class, as long as a plan cannot say otherwise."""
    return OBJECTIVES["classification"]
