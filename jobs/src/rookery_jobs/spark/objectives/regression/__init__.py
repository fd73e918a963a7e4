"""Regression: labels are real numbers, and so are the predictions that are compared."""

from rookery_jobs.contract.objectives.regression import REGRESSION as OBJECTIVE
from rookery_jobs.spark.objectives.regression.evaluation import measure
from rookery_jobs.spark.objectives.regression.labels import check_counts, label, label_fault, survey, target
from rookery_jobs.spark.objectives.regression.parity import COMPARED, TOLERANCE, compare_batch, compared

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
