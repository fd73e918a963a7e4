"""Which classes a model takes for which."""

from collections.abc import Sequence

from pyspark.sql import DataFrame

from rookery_jobs.spark.objectives.classification.evaluation import Confusion, confusion_matrix, per_class
from rookery_jobs.spark.reports.picture import matrix
from rookery_jobs.spark.reports.report import Cell, Report
from rookery_jobs.spark.snapshot import Snapshot

CONFUSION = "confusion_matrix"
PER_CLASS = "per_class_metrics"


def class_reports(predictions: DataFrame, snapshot: Snapshot) -> list[Report]:
    """Of classes, counted in one Spark job: the confusion matrix, and what Spark measures for each label. For
    a label without classes, none."""
    if not snapshot.manifest.class_counts:
        return []
    confusion = confusion_matrix(predictions, snapshot.spec.label_column)
    classes = sorted({one for pair in confusion for one in pair})
    labels = snapshot.manifest.labels
    names = [labels[int(one)] if labels else f"{one:g}" for one in classes]
    return [_confusion(confusion, classes, names), _per_class(confusion, classes, names)]


def _confusion(confusion: Confusion, classes: Sequence[float], names: Sequence[str]) -> Report:
    counts = [[confusion.get((label, predicted), 0) for predicted in classes] for label in classes]
    columns = ("label", *(f"predicted {name}" for name in names))
    rows: list[tuple[Cell, ...]] = [(name, *line) for name, line in zip(names, counts, strict=True)]
    return Report(CONFUSION, columns, tuple(rows), matrix("Confusion matrix of the test rows", names, counts))


def _per_class(confusion: Confusion, classes: Sequence[float], names: Sequence[str]) -> Report:
    """By the names of Spark's `MulticlassClassificationEvaluator`, for each `metricLabel`."""
    measured = per_class(confusion)
    named = [(name, measured[one]) for name, one in zip(names, classes, strict=True) if one in measured]
    rows: list[tuple[Cell, ...]] = [(name, each.labelled, *each.metrics.values()) for name, each in named]
    return Report(PER_CLASS, ("label", "rows", *named[0][1].metrics), tuple(rows))
