"""Classification: labels are classes, the confusion matrix gives the metrics, probabilities are compared."""

from rookery_jobs.contract.objectives.classification import CLASSIFICATION as OBJECTIVE
from rookery_jobs.spark.objectives.classification.evaluation import measure
from rookery_jobs.spark.objectives.classification.labels import LABEL_FAULT, label, survey
from rookery_jobs.spark.objectives.classification.parity import COMPARED, TOLERANCE, compare_batch, compared

__all__ = [
    "COMPARED",
    "LABEL_FAULT",
    "OBJECTIVE",
    "TOLERANCE",
    "compare_batch",
    "compared",
    "label",
    "measure",
    "survey",
]
