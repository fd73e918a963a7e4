"""A forest of random trees: the Params of `pyspark.ml.regression.RandomForestRegressor` of a grid."""

from rookery_jobs.grid.algorithms.algorithm import Algorithm
from rookery_jobs.grid.cost import LEVELS_OF_A_FOREST
from rookery_jobs.grid.trees import DEPTH, GROWTH, SUBSAMPLING, forest

ALGORITHM = Algorithm(
    "regression", {**DEPTH, **forest(auto="onethird"), **GROWTH, **SUBSAMPLING}, LEVELS_OF_A_FOREST
)
