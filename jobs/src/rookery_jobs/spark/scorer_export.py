"""From a fitted Spark pipeline to the scorer that needs no Spark."""

from collections.abc import Callable
from typing import Any

import numpy as np

from rookery_jobs import scorer
from rookery_jobs.contract import SnapshotSpec
from rookery_jobs.errors import RegistrationError
from rookery_jobs.spark.algorithms import ALGORITHMS


def export_scorer(pipeline: Any, spec: SnapshotSpec) -> scorer.Scorer:
    """The scorer of a fitted `PipelineModel` over the snapshot's features.

    Raises RegistrationError for a stage that the scorer does not have.
    """
    stages = tuple(_export(stage) for stage in pipeline.stages)
    return scorer.Scorer(spec.features, stages, spec.text_rule)


def _export(stage: Any) -> scorer.Stage:
    kind = type(stage).__name__
    if kind not in _EXPORTERS:
        raise RegistrationError(f"the scorer has no stage for {kind}; it has {', '.join(_EXPORTERS)}")
    return _EXPORTERS[kind](stage)


def _string_indexer(stage: Any) -> scorer.Stage:
    return scorer.StringIndexer(stage.getInputCol(), stage.getOutputCol(), tuple(stage.labels))


def _vector_assembler(stage: Any) -> scorer.Stage:
    return scorer.VectorAssembler(tuple(stage.getInputCols()), stage.getOutputCol())


def _min_max_scaler(stage: Any) -> scorer.Stage:
    return scorer.MinMaxScaler(
        stage.getInputCol(),
        stage.getOutputCol(),
        stage.getMin(),
        stage.getMax(),
        np.asarray(stage.originalMin.toArray(), dtype=np.float64),
        np.asarray(stage.originalMax.toArray(), dtype=np.float64),
    )


_EXPORTERS: dict[str, Callable[[Any], scorer.Stage]] = {
    "StringIndexerModel": _string_indexer,
    "VectorAssembler": _vector_assembler,
    "MinMaxScalerModel": _min_max_scaler,
    **{each.MODEL.__name__: each.export for each in ALGORITHMS.values()},
}
