"""Estimators that are named by a dotted path, such as `pyspark.ml.classification.NaiveBayes`: any of Spark's
that has no module of ours, or one of a user's own.

Nothing is known of their parameters here: Spark's own types and ranges are checked when it fits. The
pipeline is served by MLflow's Spark flavor, as there is no scorer of them.
"""

import math
import re

from rookery_jobs.contract.identity import ParamValue
from rookery_jobs.errors import GridError
from rookery_jobs.grid.algorithms import ALGORITHMS

_PATH = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)+", re.ASCII)
_SPARKS_OWN = {"pyspark.ml.classification": "classification", "pyspark.ml.regression": "regression"}


def is_dotted_path(algorithm: str) -> bool:
    """Whether the name of an algorithm is the path of a class, rather than one of ALGORITHMS."""
    return _PATH.fullmatch(algorithm) is not None


def known_name(path: str) -> str | None:
    """The name in ALGORITHMS of an estimator that a path means, if it has one."""
    module, _, name = path.rpartition(".")
    return name if module in _SPARKS_OWN and name in ALGORITHMS else None


def objective_of_path(path: str) -> str | None:
    """What an estimator predicts, if its path tells."""
    return _SPARKS_OWN.get(path.rpartition(".")[0])


def as_given(algorithm: str, parameter: str, value: object) -> ParamValue:
    """The value of a parameter of which no type is known. Raises GridError for what JSON cannot be."""
    is_finite = not isinstance(value, float) or math.isfinite(value)
    if not isinstance(value, bool | int | float | str) or not is_finite:
        raise GridError(
            f"{algorithm}.{parameter} cannot be {value!r}; allowed is a text, a finite number, True or False"
        )
    return value
