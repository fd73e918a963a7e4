"""Classification: labels are classes, the confusion matrix gives the metrics, probabilities are compared."""

from rookery_jobs.contract.objectives.classification import CLASSIFICATION as OBJECTIVE
from rookery_jobs.spark.objectives.classification.evaluation import measure
from rookery_jobs.spark.objectives.classification.labels import (
    check_counts,
    label,
    label_fault,
    survey,
    target,
)
from rookery_jobs.spark.objectives.classification.parity import COMPARED, TOLERANCE, compare_batch, compared

__all__ = [
    "COMPARED",
    "OBJECTIVE",
    "TOLERANCE",
    "check_counts",
    "compare_batch",
    "compared",
    "label",
    "label_fault",
    "measure",
    "survey",
    "target",
]
