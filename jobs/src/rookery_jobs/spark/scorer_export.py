"""From a fitted Spark pipeline to the scorer that needs no Spark."""

import itertools
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from rookery_jobs import scorer
from rookery_jobs.contract import SnapshotSpec
from rookery_jobs.errors import RegistrationError
from rookery_jobs.spark.algorithms import ALGORITHMS
from rookery_jobs.spark.features.stages import given

Exporter = Callable[[Any, SnapshotSpec], scorer.Stage]


def export_scorer(pipeline: Any, spec: SnapshotSpec, folder: Path) -> scorer.Scorer:
    """The scorer of a fitted `PipelineModel` over the snapshot's features, which Spark has saved in the local
    folder.

    Raises RegistrationError for a stage that the scorer does not have.
    """
    # Spark puts the place of a stage before its uid.
    saved = {path.name.partition("_")[2]: path for path in (folder / "stages").iterdir()}
    stages = tuple(_export(stage, spec, saved[stage.uid]) for stage in pipeline.stages)
    return scorer.Scorer(spec.features, stages, spec.text_rule)


def export_features(pipeline: Any, spec: SnapshotSpec) -> scorer.Scorer:
    """What the fitted pipeline takes, up to the vector: a scorer that does not predict. It tells which values
    may be missing, and which categories are known, of a model that only Spark can score."""
    stages = itertools.takewhile(lambda stage: type(stage).__name__ in _EXPORTERS, pipeline.stages)
    return scorer.Scorer(
        spec.features,
        tuple(_EXPORTERS[type(stage).__name__](stage, spec) for stage in stages),
        spec.text_rule,
    )


def has_scorer(pipeline: Any) -> bool:
    """Whether there is a scorer of every stage."""
    return {type(stage).__name__ for stage in pipeline.stages} <= {*_EXPORTERS, *_MODELS}


def _export(stage: Any, spec: SnapshotSpec, folder: Path) -> scorer.Stage:
    kind = type(stage).__name__
    if kind in _MODELS:
        return _MODELS[kind].export(stage, folder)
    if kind not in _EXPORTERS:
        known = ", ".join([*_EXPORTERS, *_MODELS])
        raise RegistrationError(f"the scorer has no stage for {kind}; it has {known}")
    return _EXPORTERS[kind](stage, spec)


def _given(_: Any, spec: SnapshotSpec) -> scorer.Stage:
    changed = [each for each in given(spec) if each.is_changed]
    return scorer.Given(
        tuple(each.column for each in changed),
        tuple(each.name for each in changed),
        tuple(each.fill for each in changed),
        tuple(each.column for each in changed if each.is_boolean),
    )


def _string_indexer(stage: Any, _: SnapshotSpec) -> scorer.Stage:
    return scorer.StringIndexer(
        stage.getInputCol(), stage.getOutputCol(), tuple(stage.labels), stage.getHandleInvalid()
    )


def _one_hot_encoder(stage: Any, _: SnapshotSpec) -> scorer.Stage:
    dropped = 1 if stage.getDropLast() else 0
    sizes = tuple(int(size) - dropped for size in stage.categorySizes)
    return scorer.OneHotEncoder(tuple(stage.getInputCols()), tuple(stage.getOutputCols()), sizes)


def _imputer(stage: Any, _: SnapshotSpec) -> scorer.Stage:
    found = stage.surrogateDF.collect()[0].asDict()
    surrogates = np.array([found[name] for name in stage.getInputCols()], dtype=np.float64)
    return scorer.Imputer(tuple(stage.getInputCols()), tuple(stage.getOutputCols()), surrogates)


def _vector_assembler(stage: Any, _: SnapshotSpec) -> scorer.Stage:
    return scorer.VectorAssembler(tuple(stage.getInputCols()), stage.getOutputCol())


def _min_max_scaler(stage: Any, _: SnapshotSpec) -> scorer.Stage:
    return scorer.MinMaxScaler(
        stage.getInputCol(),
        stage.getOutputCol(),
        stage.getMin(),
        stage.getMax(),
        np.asarray(stage.originalMin.toArray(), dtype=np.float64),
        np.asarray(stage.originalMax.toArray(), dtype=np.float64),
    )


def _standard_scaler(stage: Any, _: SnapshotSpec) -> scorer.Stage:
    return scorer.StandardScaler(
        stage.getInputCol(),
        stage.getOutputCol(),
        np.asarray(stage.mean.toArray(), dtype=np.float64),
        np.asarray(stage.std.toArray(), dtype=np.float64),
    )


def _index_to_string(stage: Any, spec: SnapshotSpec) -> scorer.Stage:
    return scorer.IndexToString(
        stage.getInputCol(), stage.getOutputCol(), tuple(stage.getLabels()), spec.label_type
    )


_EXPORTERS: dict[str, Exporter] = {
    "SQLTransformer": _given,
    "StringIndexerModel": _string_indexer,
    "OneHotEncoderModel": _one_hot_encoder,
    "ImputerModel": _imputer,
    "VectorAssembler": _vector_assembler,
    "MinMaxScalerModel": _min_max_scaler,
    "StandardScalerModel": _standard_scaler,
    "IndexToString": _index_to_string,
}
_MODELS = {each.MODEL.__name__: each for each in ALGORITHMS.values()}
