"""Classification, measured by Spark itself."""

import math

import numpy as np
import pytest
from pyspark.ml.evaluation import BinaryClassificationEvaluator, MulticlassClassificationEvaluator
from pyspark.ml.functions import array_to_vector
from pyspark.sql import SparkSession
from pyspark.sql import functions as F  # noqa: N812

from rookery_jobs.contract.objectives.classification import AREAS, CLASSIFICATION, LOG_LOSS
from rookery_jobs.errors import DataError, TrainingError
from rookery_jobs.spark.judge import weighted
from rookery_jobs.spark.objectives import classification
from rookery_jobs.spark.objectives.classification.evaluation import confusion_matrix, per_class
from tests.fast.jobs.contract.documents import snapshot_spec


@pytest.mark.parametrize(
    "metric", [name for name in CLASSIFICATION.metrics if name not in (*AREAS, LOG_LOSS)]
)
def test_every_metric_is_the_evaluators(spark: SparkSession, metric: str) -> None:
    rows = (
        [(0.0, 0.0)] * 6 + [(0.0, 1.0)] * 3 + [(1.0, 1.0)] * 4 + [(1.0, 0.0)] * 2 + [(2.0, 1.0), (2.0, 2.0)]
    )
    frame = spark.createDataFrame(rows, "label double, prediction double")
    evaluator = MulticlassClassificationEvaluator().setMetricName(metric)  # type: ignore[arg-type]
    measured = classification.measure(frame, "label")
    assert measured[metric] == pytest.approx(evaluator.evaluate(frame), abs=1e-12)
    assert CLASSIFICATION.metrics[metric].larger_is_better == evaluator.isLargerBetter()


def test_every_metric_of_a_class_is_the_evaluators(spark: SparkSession) -> None:
    rows = [(0.0, 0.0)] * 5 + [(0.0, 1.0)] * 3 + [(1.0, 1.0)] * 4 + [(2.0, 0.0), (2.0, 2.0), (1.0, 3.0)]
    frame = spark.createDataFrame(rows, "label double, prediction double")
    measured = per_class(confusion_matrix(frame, "label"))
    assert set(measured) == {0.0, 1.0, 2.0}
    for label, counts in measured.items():
        evaluator = MulticlassClassificationEvaluator(metricLabel=label)
        expected = {name: evaluator.setMetricName(name).evaluate(frame) for name in counts.metrics}  # type: ignore[arg-type]
        assert counts.metrics == pytest.approx(expected, abs=1e-12)


def test_a_metric_of_a_label_is_measured_if_it_is_wanted(spark: SparkSession) -> None:
    rows = [(0.0, 0.0)] * 5 + [(0.0, 1.0)] * 3 + [(1.0, 1.0)] * 4 + [(1.0, 0.0)]
    frame = spark.createDataFrame(rows, "label double, prediction double")
    evaluator = MulticlassClassificationEvaluator(metricLabel=1.0)
    for name, metric in CLASSIFICATION.by_label.items():
        expected = evaluator.setMetricName(name).evaluate(frame)  # type: ignore[arg-type]
        assert metric.larger_is_better == evaluator.isLargerBetter()
        for wanted, labels in ((f"{name}/1", ()), (f"{name}/yes", ("no", "yes"))):
            assert classification.measure(frame, "label", [wanted], labels)[wanted] == expected
    assert math.isnan(classification.measure(frame, "label", ["recallByLabel/2"])["recallByLabel/2"])
    assert "recallByLabel/1" not in classification.measure(frame, "label")


def test_a_metric_of_a_label_that_no_row_has_is_refused_before_anything_is_trained() -> None:
    counts = {side: {"0": 5, "1": 3} for side in ("train", "validation", "test")}
    classification.check_counts(counts, snapshot_spec(measured_labels=("1",)))
    with pytest.raises(DataError, match=r"is measured for 7, which no complete row has.*there are 0, 1"):
        classification.check_counts(counts, snapshot_spec(measured_labels=("7",)))


@pytest.mark.parametrize("metric", AREAS)
def test_an_area_is_the_evaluators_and_measured_if_it_is_wanted(spark: SparkSession, metric: str) -> None:
    sure = [0.1, 0.4, 0.35, 0.8, 0.5, 0.5, 0.9, 0.2]
    rows = [(n % 2, float(share > 0.45), [1 - share, share]) for n, share in enumerate(sure)]
    frame = spark.createDataFrame(rows, "label int, prediction double, probability array<double>")
    frame = frame.withColumn("probability", array_to_vector(F.col("probability")))
    evaluator = BinaryClassificationEvaluator(rawPredictionCol="probability").setMetricName(metric)  # type: ignore[arg-type]
    measured = classification.measure(frame, "label", [metric])
    assert measured[metric] == pytest.approx(evaluator.evaluate(frame), abs=1e-12)
    assert 0 < measured[metric] < 1
    assert CLASSIFICATION.metrics[metric].larger_is_better == evaluator.isLargerBetter()
    assert metric not in classification.measure(frame, "label")


def test_the_log_loss_is_the_evaluators_wherever_it_is_measured(spark: SparkSession) -> None:
    shares = [(0, [0.7, 0.2, 0.1]), (1, [0.5, 0.25, 0.25]), (2, [1.0, 0.0, 0.0]), (0, [1.0, 0.0, 0.0])]
    rows = [(label, float(np.argmax(share)), share) for label, share in shares]
    frame = spark.createDataFrame(rows, "label int, prediction double, probability array<double>")
    frame = frame.withColumn("probability", array_to_vector(F.col("probability")))
    evaluator = MulticlassClassificationEvaluator().setMetricName(LOG_LOSS)  # type: ignore[arg-type]
    measured = classification.measure(frame, "label", [LOG_LOSS])[LOG_LOSS]
    assert measured == pytest.approx(evaluator.evaluate(frame), abs=1e-12)
    assert CLASSIFICATION.metrics[LOG_LOSS].larger_is_better == evaluator.isLargerBetter()
    assert LOG_LOSS not in classification.measure(frame, "label")
    own = np.array([share[label] for label, share in shares])
    assert weighted.log_loss(own, own, np.ones(4)) == pytest.approx(measured, abs=1e-12)
    with pytest.raises(TrainingError, match="logLoss is of probabilities"):
        classification.measure(frame.drop("probability"), "label", [LOG_LOSS])
