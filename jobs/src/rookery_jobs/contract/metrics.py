"""The metrics a point can be chosen and judged by, with their direction."""

from rookery_jobs.errors import ContractError

LAB_METRICS = ("accuracy", "weightedRecall", "weightedPrecision")
"""What is logged for every point, beside the metric of its plan."""

TEST_METRIC_PREFIX = "test_"
"""Before the names of the metrics that `register` measures on the test rows."""

METRICS: dict[str, bool] = {
    "accuracy": True,
    "weightedPrecision": True,
    "weightedRecall": True,
    "f1": True,
    "weightedTruePositiveRate": True,
    "weightedFalsePositiveRate": False,
    "weightedFMeasure": True,
    "hammingLoss": False,
}
"""Metric name → is a larger value better, from `MulticlassClassificationEvaluator.isLargerBetter` of Spark.

They are the metrics of that evaluator that follow from the confusion matrix alone."""


def check_metric(metric: str) -> None:
    """Raise ContractError for a metric that is not in METRICS."""
    if metric not in METRICS:
        raise ContractError(f"unknown metric {metric!r}; known are {', '.join(METRICS)}")


def gate_passes(metric: str, value: float, threshold: float) -> bool:
    """At least the threshold, or at most where Spark says that smaller is better. NaN never passes."""
    return value >= threshold if METRICS[metric] else value <= threshold
