"""Linear regression: the Params of `pyspark.ml.regression.LinearRegression` that a grid may have."""

from rookery_jobs.grid.algorithms.algorithm import Algorithm
from rookery_jobs.grid.cost import STEPS_OF_AN_OPTIMISER
from rookery_jobs.grid.hyperparameter import INT_MAX, Hyperparameter

_HYPERPARAMETERS = {
    "maxIter": Hyperparameter(
        "iterations of the optimiser, at most", int, 100, low=0, high=INT_MAX, simpler=-1
    ),
    "regParam": Hyperparameter("strength of the regularisation", float, 0.0, low=0, simpler=1),
    "elasticNetParam": Hyperparameter(
        "share of L1 in the regularisation: 0 is ridge, 1 is lasso", float, 0.0, low=0, high=1, simpler=1
    ),
    "tol": Hyperparameter("change at which the optimiser stops", float, 1e-6, low=0, simpler=1),
    "fitIntercept": Hyperparameter("whether to fit an intercept", bool, True, simpler=-1),
    "standardization": Hyperparameter("whether to scale the features while fitting", bool, True),
    "solver": Hyperparameter(
        "how the numbers are found: by steps (l-bfgs) or by solving the equations (normal)",
        str,
        "auto",
        choices=("auto", "l-bfgs", "normal"),
    ),
    "aggregationDepth": Hyperparameter("depth of Spark's tree of partial sums", int, 2, low=2, high=INT_MAX),
    "loss": Hyperparameter(
        "what is made small: squared errors, or with huber large ones by their amount alone",
        str,
        "squaredError",
        choices=("squaredError", "huber"),
    ),
    "epsilon": Hyperparameter(
        "from how many scales on huber takes an error for a large one",
        float,
        1.35,
        low=1,
        above_low=True,
    ),
}

ALGORITHM = Algorithm("regression", _HYPERPARAMETERS, STEPS_OF_AN_OPTIMISER)
