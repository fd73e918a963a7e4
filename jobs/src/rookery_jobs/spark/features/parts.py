"""What each number of an estimator's vector comes from."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pyspark.ml.feature import OneHotEncoderModel, StringIndexerModel

from rookery_jobs.contract import MISSING_CATEGORY, SnapshotSpec

UNSEEN = "(unseen)"
"""Stands for all categories that no train row has."""
MISSING = "(missing)"


@dataclass(frozen=True)
class VectorPart:
    """A number of the vector: the column that it comes from, and of a one-hot column the category."""

    column: str
    category: str | None = None


def vector_parts(pipeline: Any, spec: SnapshotSpec) -> list[VectorPart]:
    """The parts of the vector FEATURES that the fitted stages make, in their order."""
    encoder = next((stage for stage in pipeline.stages if isinstance(stage, OneHotEncoderModel)), None)
    indexed = [VectorPart(name) for name in spec.categorical]
    categories = indexed if encoder is None else list(_one_hot(pipeline, encoder, spec))
    return [*categories, *(VectorPart(name) for name in spec.numbers)]


def _one_hot(pipeline: Any, encoder: Any, spec: SnapshotSpec) -> Iterator[VectorPart]:
    indexers = [stage for stage in pipeline.stages if isinstance(stage, StringIndexerModel)]
    dropped = 1 if encoder.getDropLast() else 0
    for name, indexer, size in zip(spec.categorical, indexers, encoder.categorySizes, strict=True):
        for category in [*indexer.labels, UNSEEN][: int(size) - dropped]:
            yield VectorPart(name, MISSING if category == MISSING_CATEGORY else category)
