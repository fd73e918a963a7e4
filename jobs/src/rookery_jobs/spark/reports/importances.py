"""How much each feature counts: importances of trees, coefficients of linear models."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from rookery_jobs.spark.features.parts import VectorPart, vector_parts
from rookery_jobs.spark.reports.picture import bars
from rookery_jobs.spark.reports.report import Cell, Report
from rookery_jobs.spark.snapshot import Snapshot

Coefficients = NDArray[np.float64] | None

NAME = "feature_importances"
_SHOWN = 20


def importances_report(pipeline: Any, snapshot: Snapshot) -> list[Report]:
    """A row for each part of the vector: the column, the category if it is one of a one-hot column, and its
    `importance`; all together are 1. No report of a model that does not tell.

    Of trees it is Spark's `featureImportances`. Of a linear model it is the part's share of all coefficients,
    without their signs, and the coefficients follow: one, or one for each class. They are those of the values
    that the estimator takes: scaled ones, unless the plan says `scaling="none"`. The picture adds up what
    belongs to one column, and shows the largest.
    """
    model: Any = next((stage for stage in reversed(pipeline.stages) if stage.hasParam("featuresCol")), None)
    coefficients = _coefficients(model)
    if coefficients is None and not hasattr(type(model), "featureImportances"):
        print("the model does not tell how much each feature counts")
        return []
    values = model.featureImportances.toArray() if coefficients is None else _shares(coefficients)
    parts = list(zip(vector_parts(pipeline, snapshot.spec), map(float, values), strict=True))
    order = sorted(range(len(parts)), key=lambda place: -parts[place][1])
    columns = ("column", "category", "importance", *_names(coefficients, snapshot.manifest.labels))
    rows = tuple(_row(*parts[place], coefficients, place) for place in order)
    return [Report(NAME, columns, rows, bars("Importance of the features", _by_column(parts)))]


def _row(part: VectorPart, value: float, coefficients: Coefficients, place: int) -> tuple[Cell, ...]:
    own = [] if coefficients is None else [float(each) for each in coefficients[:, place]]
    return (part.column, part.category, value, *own)


def _coefficients(model: Any) -> Coefficients:
    """A row for each class that has coefficients of its own, or one in all; None for no linear model."""
    if hasattr(type(model), "coefficientMatrix"):
        return np.asarray(model.coefficientMatrix.toArray(), dtype=np.float64)
    if hasattr(type(model), "coefficients"):
        return np.asarray(model.coefficients.toArray(), dtype=np.float64)[np.newaxis, :]
    return None


def _shares(coefficients: NDArray[np.float64]) -> NDArray[np.float64]:
    sizes: NDArray[np.float64] = np.abs(coefficients).sum(axis=0)
    return sizes / (sizes.sum() or 1.0)


def _names(coefficients: Coefficients, labels: Sequence[str]) -> tuple[str, ...]:
    if coefficients is None:
        return ()
    if len(coefficients) == 1:
        return ("coefficient",)
    return tuple(f"coefficient of {labels[place] if labels else place}" for place in range(len(coefficients)))


def _by_column(parts: Sequence[tuple[VectorPart, float]]) -> list[tuple[str, float]]:
    """The columns of the largest importances, the largest first."""
    sums: dict[str, float] = defaultdict(float)
    for part, value in parts:
        sums[part.column] += value
    return sorted(sums.items(), key=lambda each: -each[1])[:_SHOWN]
