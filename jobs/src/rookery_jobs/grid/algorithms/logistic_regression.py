"""Logistic regression: the Params of `pyspark.ml.classification.LogisticRegression` that a grid may have."""

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
    "aggregationDepth": Hyperparameter("depth of Spark's tree of partial sums", int, 2, low=2, high=INT_MAX),
    "family": Hyperparameter(
        "one class against another (binomial), or any number of classes (multinomial)",
        str,
        "auto",
        choices=("auto", "binomial", "multinomial"),
    ),
}

ALGORITHM = Algorithm("classification", _HYPERPARAMETERS, STEPS_OF_AN_OPTIMISER)
