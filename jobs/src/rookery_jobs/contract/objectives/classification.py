"""Which of some classes a row is in."""

from rookery_jobs.contract.objectives.objective import Metric, Objective


def _share(*, larger_is_better: bool) -> Metric:
    return Metric(larger_is_better, 0.0, 1.0)


CLASSIFICATION = Objective(
    label_type="int",
    metrics={
        "accuracy": _share(larger_is_better=True),
        "weightedPrecision": _share(larger_is_better=True),
        "weightedRecall": _share(larger_is_better=True),
        "f1": _share(larger_is_better=True),
        "weightedTruePositiveRate": _share(larger_is_better=True),
        "weightedFalsePositiveRate": _share(larger_is_better=False),
        "weightedFMeasure": _share(larger_is_better=True),
        "hammingLoss": _share(larger_is_better=False),
    },
    logged=("accuracy", "weightedRecall", "weightedPrecision"),
)
"""Its metrics are those of Spark's `MulticlassClassificationEvaluator` that follow from the confusion matrix
alone, with the direction that its `isLargerBetter` gives."""
