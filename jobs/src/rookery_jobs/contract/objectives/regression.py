"""How much of something a row has: a real number."""

import math

from rookery_jobs.contract.objectives.objective import Metric, Objective

LABEL_FAULT = "is not a finite number"
"""What is wrong with text that is no number: the rest of a sentence about it."""

_ERROR = Metric(larger_is_better=False, low=0.0, high=math.inf)

REGRESSION = Objective(
    label_types=("double",),
    metrics={
        "rmse": _ERROR,
        "mse": _ERROR,
        "mae": _ERROR,
        "r2": Metric(larger_is_better=True, low=-math.inf, high=1.0),
        "var": Metric(larger_is_better=True, low=0.0, high=math.inf),
    },
    logged=("rmse", "mae", "r2"),
)
"""The metrics of Spark's `RegressionEvaluator`, with the direction that its `isLargerBetter` gives. `var` is
the variance that the predictions explain."""
