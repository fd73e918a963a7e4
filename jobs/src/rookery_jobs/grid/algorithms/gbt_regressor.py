"""Gradient-boosted trees: the Params of `pyspark.ml.regression.GBTRegressor` that a grid may have."""

from rookery_jobs.grid.algorithms.algorithm import Algorithm
from rookery_jobs.grid.cost import LEVELS_OF_TREES_ONE_AFTER_THE_OTHER
from rookery_jobs.grid.hyperparameter import Hyperparameter
from rookery_jobs.grid.trees import DEPTH, GROWTH, STEPS, SUBSAMPLING, split_features

_LOSS = {
    "lossType": Hyperparameter(
        "what each tree makes smaller: squared or absolute errors",
        str,
        "squared",
        choices=("squared", "absolute"),
    ),
}

ALGORITHM = Algorithm(
    "regression",
    {**DEPTH, **STEPS, **GROWTH, **SUBSAMPLING, **split_features("all", auto="all"), **_LOSS},
    LEVELS_OF_TREES_ONE_AFTER_THE_OTHER,
)
