"""Classification, measured by Spark itself."""

import pytest
from pyspark.ml.evaluation import MulticlassClassificationEvaluator
from pyspark.sql import SparkSession

from rookery_jobs.contract.objectives.classification import CLASSIFICATION
from rookery_jobs.spark.objectives import classification


@pytest.mark.parametrize("metric", CLASSIFICATION.metrics)
def test_every_metric_is_the_evaluators(spark: SparkSession, metric: str) -> None:
    rows = (
        [(0.0, 0.0)] * 6 + [(0.0, 1.0)] * 3 + [(1.0, 1.0)] * 4 + [(1.0, 0.0)] * 2 + [(2.0, 1.0), (2.0, 2.0)]
    )
    frame = spark.createDataFrame(rows, "label double, prediction double")
    evaluator = MulticlassClassificationEvaluator().setMetricName(metric)  # type: ignore[arg-type]
    measured = classification.measure(frame, "label")
    assert measured[metric] == pytest.approx(evaluator.evaluate(frame), abs=1e-12)
    assert CLASSIFICATION.metrics[metric].larger_is_better == evaluator.isLargerBetter()
