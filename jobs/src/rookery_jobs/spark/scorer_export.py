"""From a fitted Spark pipeline to the scorer that needs no Spark."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from rookery_jobs import scorer
from rookery_jobs.contract import SnapshotSpec
from rookery_jobs.errors import RegistrationError
from rookery_jobs.spark.algorithms import ALGORITHMS


def export_scorer(pipeline: Any, spec: SnapshotSpec, folder: Path) -> scorer.Scorer:
    """The scorer of a fitted `PipelineModel` over the snapshot's features, which Spark has saved in the local
    folder.

    Raises RegistrationError for a stage that the scorer does not have.
    """
    # Spark puts the place of a stage before its uid.
    saved = {path.name.partition("_")[2]: path for path in (folder / "stages").iterdir()}
    stages = tuple(_export(stage, saved[stage.uid]) for stage in pipeline.stages)
    return scorer.Scorer(spec.features, stages, spec.text_rule)


def _export(stage: Any, folder: Path) -> scorer.Stage:
    kind = type(stage).__name__
    if kind not in _EXPORTERS:
        raise RegistrationError(f"the scorer has no stage for {kind}; it has {', '.join(_EXPORTERS)}")
    return _EXPORTERS[kind](stage, folder)


def _string_indexer(stage: Any, _: Path) -> scorer.Stage:
    return scorer.StringIndexer(stage.getInputCol(), stage.getOutputCol(), tuple(stage.labels))


def _vector_assembler(stage: Any, _: Path) -> scorer.Stage:
    return scorer.VectorAssembler(tuple(stage.getInputCols()), stage.getOutputCol())


def _min_max_scaler(stage: Any, _: Path) -> scorer.Stage:
    return scorer.MinMaxScaler(
        stage.getInputCol(),
        stage.getOutputCol(),
        stage.getMin(),
        stage.getMax(),
        np.asarray(stage.originalMin.toArray(), dtype=np.float64),
        np.asarray(stage.originalMax.toArray(), dtype=np.float64),
    )


_EXPORTERS: dict[str, Callable[[Any, Path], scorer.Stage]] = {
    "StringIndexerModel": _string_indexer,
    "VectorAssembler": _vector_assembler,
    "MinMaxScalerModel": _min_max_scaler,
    **{each.MODEL.__name__: each.export for each in ALGORITHMS.values()},
}
