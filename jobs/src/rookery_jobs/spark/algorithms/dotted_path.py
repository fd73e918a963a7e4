"""Estimators by dotted path, and the code that a model of them needs wherever it is loaded."""

import importlib
import sys
import zipfile
from pathlib import Path
from typing import Any

from pyspark.ml import Estimator

from rookery_jobs.errors import TrainingError
from rookery_jobs.spark.algorithms import ALGORITHMS


def estimator_class(algorithm: str) -> type[Any]:
    """The class of an estimator: one of ALGORITHMS, or that of a dotted path.

    Raises TrainingError for a path that is none of an Estimator.
    """
    if algorithm in ALGORITHMS:
        return ALGORITHMS[algorithm].ESTIMATOR
    module, _, name = algorithm.rpartition(".")
    try:
        found = getattr(importlib.import_module(module), name)
    except (ImportError, AttributeError) as error:
        raise TrainingError(
            f"there is no {algorithm} on this cluster ({error}): is it in the plan's package, or installed?"
        ) from error
    if not isinstance(found, type) or not issubclass(found, Estimator):
        raise TrainingError(f"{algorithm} is no Estimator of pyspark.ml")
    return found


def unpacked_code(pipeline: Any, folder: Path) -> list[str]:
    """The top-level modules of archives from which stages of a pipeline come, unpacked into a folder: what a
    model must bring along. What is installed is not among them."""
    loaders: list[Any] = [
        getattr(sys.modules[type(stage).__module__], "__loader__", None) for stage in pipeline.stages
    ]
    archives = {loader.archive for loader in loaders if hasattr(loader, "archive")}
    for archive in sorted(archives):
        with zipfile.ZipFile(archive) as package:
            package.extractall(folder)
    found = sorted(folder.iterdir()) if archives else []
    return [str(path) for path in found if not path.name.endswith((".dist-info", ".data"))]
