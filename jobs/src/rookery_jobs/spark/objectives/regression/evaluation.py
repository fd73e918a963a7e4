"""Every metric of a point from one pass.

The formulas are those of `org.apache.spark.mllib.evaluation.RegressionMetrics`, on which
`RegressionEvaluator` is built.
"""

import math
from collections.abc import Collection, Sequence

from pyspark.sql import DataFrame
from pyspark.sql import functions as F  # noqa: N812

from rookery_jobs.contract.columns import PREDICTION


def measure(
    predictions: DataFrame,
    label: str,
    wanted: Collection[str] = (),  # noqa: ARG001  (there are no others)
    labels: Sequence[str] = (),  # noqa: ARG001  (a number has none)
) -> dict[str, float]:
    """All metrics of the predictions, which must have a row (TypeError)."""
    truth, predicted = F.col(label), F.col(PREDICTION)
    error = predicted - truth
    squared, absolute, total, spread, shift = predictions.agg(
        F.avg(error * error),
        F.avg(F.abs(error)),
        F.var_pop(truth),
        F.var_pop(predicted),
        F.avg(predicted) - F.avg(truth),
    ).collect()[0]
    return {
        "rmse": math.sqrt(squared),
        "mse": squared,
        "mae": absolute,
        # Labels that are all the same have nothing to be explained.
        "r2": 1 - squared / total if total else math.nan,
        # The mean square of the predictions around the mean of the labels.
        "var": spread + shift * shift,
    }
