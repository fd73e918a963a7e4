"""A forest of random trees: the Params of `pyspark.ml.classification.RandomForestClassifier` of a grid."""

from rookery_jobs.grid.algorithms.algorithm import Algorithm
from rookery_jobs.grid.cost import LEVELS_OF_A_FOREST
from rookery_jobs.grid.trees import DEPTH, GROWTH, IMPURITY, SUBSAMPLING, forest

ALGORITHM = Algorithm(
    "classification",
    {**DEPTH, **forest(auto="sqrt"), **GROWTH, **SUBSAMPLING, **IMPURITY},
    LEVELS_OF_A_FOREST,
)
