"""A pipeline that MLflow's Spark flavor answers with, which gives its column `prediction` alone.

Where labels are indexed that is the class, so a last stage puts the label's own value in its place.
"""

from typing import Any

from pyspark.ml import PipelineModel
from pyspark.ml.feature import SQLTransformer

from rookery_jobs.contract.columns import PREDICTED_LABEL, PREDICTION

_TYPES = {"string": "string", "long": "bigint", "boolean": "boolean"}


def answering(pipeline: Any, label_type: str) -> Any:
    """The pipeline with the label's value as its prediction, if labels of this type are indexed."""
    if label_type not in _TYPES:
        return pipeline
    value = f"CAST({PREDICTED_LABEL} AS {_TYPES[label_type]})"
    naming = SQLTransformer(statement=f"SELECT {value} AS {PREDICTION} FROM __THIS__")  # noqa: S608
    return PipelineModel([*pipeline.stages, naming])


def predicting(pipeline: Any) -> Any:
    """The pipeline without that stage, as it was fitted: it predicts the class, beside all its columns."""
    *fitted, last = pipeline.stages
    return PipelineModel(fitted) if isinstance(last, SQLTransformer) else pipeline
