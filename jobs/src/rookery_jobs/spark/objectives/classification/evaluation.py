"""Every metric of a point from one pass: the confusion matrix, counted by Spark, and arithmetic on it.

The formulas are those of `org.apache.spark.mllib.evaluation.MulticlassMetrics`, on which
`MulticlassClassificationEvaluator` is built.
"""

import math
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from pyspark.ml.evaluation import BinaryClassificationEvaluator, MulticlassClassificationEvaluator
from pyspark.sql import DataFrame

from rookery_jobs.contract.columns import PREDICTION, PROBABILITY, RAW_PREDICTION
from rookery_jobs.contract.objectives import of_label
from rookery_jobs.contract.objectives.classification import AREAS, LOG_LOSS
from rookery_jobs.errors import TrainingError

Confusion = Mapping[tuple[float, float], int]
"""(label, prediction) → rows."""


def measure(
    predictions: DataFrame, label: str, wanted: Collection[str] = (), labels: Sequence[str] = ()
) -> dict[str, float]:
    """All metrics of the predictions, which must have a row (ZeroDivisionError); areas under curves and the
    log loss, which need a pass of their own, and metrics of one label, if they are wanted. `labels`: each at
    its class, if labels are indexed.

    Raises TrainingError if the log loss is wanted of predictions without probabilities.
    """
    areas = {name: _area(predictions, label, name) for name in AREAS if name in wanted}
    losses = {LOG_LOSS: _log_loss(predictions, label)} if LOG_LOSS in wanted else {}
    confusion = confusion_matrix(predictions, label)
    of_labels = {name: value_of(confusion, name, labels) for name in wanted if of_label(name)}
    return {**metrics_of(confusion), **areas, **losses, **of_labels}


def value_of(confusion: Confusion, name: str, labels: Sequence[str] = ()) -> float:
    """One metric that follows from the confusion matrix; NaN of a label that no row has."""
    found = of_label(name)
    if found is None:
        return metrics_of(confusion)[name]
    if labels and found.label not in labels:
        return math.nan
    counts = per_class(confusion).get(float(labels.index(found.label) if labels else found.label))
    return counts.metrics[found.metric] if counts else math.nan


def _area(predictions: DataFrame, label: str, name: str) -> float:
    """Spark's own area, over the probability: the raw prediction of a tree counts rows, of which a leaf with
    many has more than one that is surer. Models without probabilities have nothing else."""
    evaluator = BinaryClassificationEvaluator(
        labelCol=label,
        rawPredictionCol=PROBABILITY if PROBABILITY in predictions.columns else RAW_PREDICTION,
        metricName=name,  # type: ignore[arg-type]
    )
    return float(evaluator.evaluate(predictions))


def _log_loss(predictions: DataFrame, label: str) -> float:
    if PROBABILITY not in predictions.columns:
        raise TrainingError(f"{LOG_LOSS} is of probabilities, and this estimator's model gives none")
    evaluator = MulticlassClassificationEvaluator(
        labelCol=label,
        probabilityCol=PROBABILITY,
        metricName=LOG_LOSS,  # type: ignore[arg-type]
    )
    return float(evaluator.evaluate(predictions))


def confusion_matrix(predictions: DataFrame, label: str) -> dict[tuple[float, float], int]:
    """Count the rows per (label, prediction), in one Spark job."""
    rows = predictions.groupBy(label, PREDICTION).count().collect()
    return {(float(row[0]), float(row[1])): int(row[2]) for row in rows}


def metrics_of(confusion: Confusion) -> dict[str, float]:
    """All metrics of classification but areas and the log loss. The confusion matrix must not be empty
    (ZeroDivisionError)."""
    classes, total = list(per_class(confusion).values()), sum(confusion.values())
    wrong = sum(count for (label, predicted), count in confusion.items() if label != predicted)

    def weighted(values: list[float]) -> float:
        pairs = zip(classes, values, strict=True)
        return math.fsum(each.labelled / total * value for each, value in pairs)

    accuracy = (total - wrong) / total
    f_measure = weighted([each.f_measure for each in classes])
    return {
        "accuracy": accuracy,
        "weightedPrecision": weighted([each.precision for each in classes]),
        # The sum over the classes of labelled / total * (hits / labelled), without its rounding.
        "weightedRecall": accuracy,
        "f1": f_measure,
        "weightedTruePositiveRate": accuracy,
        "weightedFalsePositiveRate": weighted([each.false_positive_rate for each in classes]),
        "weightedFMeasure": f_measure,
        "hammingLoss": wrong / total,
    }


@dataclass(frozen=True)
class ClassCounts:
    """Of the rows in `total`, those `labelled` as a class, those `predicted` as it, and the `hits`, which are
    both."""

    total: int
    labelled: int
    predicted: int
    hits: int

    @property
    def recall(self) -> float:
        return self.hits / self.labelled

    @property
    def precision(self) -> float:
        return self.hits / self.predicted if self.predicted else 0.0

    @property
    def f_measure(self) -> float:
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0

    @property
    def false_positive_rate(self) -> float:
        others = self.total - self.labelled
        return (self.predicted - self.hits) / others if others else math.nan

    @property
    def metrics(self) -> dict[str, float]:
        """By the names of Spark's evaluator, which takes the class as its `metricLabel`."""
        return {
            "truePositiveRateByLabel": self.recall,
            "falsePositiveRateByLabel": self.false_positive_rate,
            "precisionByLabel": self.precision,
            "recallByLabel": self.recall,
            "fMeasureByLabel": self.f_measure,
        }


def per_class(confusion: Confusion) -> dict[float, ClassCounts]:
    """The counts of each class that is the label of a row."""
    labelled: dict[float, int] = defaultdict(int)
    predicted: dict[float, int] = defaultdict(int)
    for (label, prediction), count in confusion.items():
        labelled[label] += count
        predicted[prediction] += count
    total = sum(labelled.values())
    return {
        label: ClassCounts(total, labelled[label], predicted[label], confusion.get((label, label), 0))
        for label in sorted(labelled)
    }
