"""Regression, measured by Spark itself."""

import pytest
from pyspark.ml.evaluation import RegressionEvaluator
from pyspark.sql import SparkSession

from rookery_jobs.contract.objectives.regression import REGRESSION
from rookery_jobs.spark.objectives import regression


@pytest.mark.parametrize("metric", REGRESSION.metrics)
def test_every_metric_is_the_evaluators(spark: SparkSession, metric: str) -> None:
    rows = [(float(n), n * 1.1 - (n % 3) ** 2) for n in range(-5, 20)] + [(1e6, 1e6 + 3.5)]
    frame = spark.createDataFrame(rows, "label double, prediction double")
    evaluator = RegressionEvaluator().setMetricName(metric)  # type: ignore[arg-type]
    measured = regression.measure(frame, "label")
    assert measured[metric] == pytest.approx(evaluator.evaluate(frame), rel=1e-12)
    assert REGRESSION.metrics[metric].larger_is_better == evaluator.isLargerBetter()
