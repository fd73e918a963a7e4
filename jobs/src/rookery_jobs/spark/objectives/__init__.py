"""Label, metrics and parity of each objective; the objectives are those of `contract.objectives`."""

from rookery_jobs.contract import SnapshotSpec, objective_of_label
from rookery_jobs.spark.objectives import classification, regression
from rookery_jobs.spark.objectives.objective import Objective, Survey

__all__ = ["OBJECTIVES", "Objective", "Survey", "objective_of"]

OBJECTIVES: dict[str, Objective] = {"classification": classification, "regression": regression}


def objective_of(spec: SnapshotSpec) -> Objective:
    """What a model of this snapshot predicts: it follows from the type of the label."""
    return OBJECTIVES[objective_of_label(spec.label_type)]
