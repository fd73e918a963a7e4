"""A decision tree: the Params of `pyspark.ml.regression.DecisionTreeRegressor` that a grid may have."""

from rookery_jobs.grid.algorithms.algorithm import Algorithm
from rookery_jobs.grid.cost import LEVELS_OF_A_TREE
from rookery_jobs.grid.trees import DEPTH, GROWTH

ALGORITHM = Algorithm("regression", {**DEPTH, **GROWTH}, LEVELS_OF_A_TREE)
