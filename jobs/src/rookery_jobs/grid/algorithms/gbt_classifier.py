"""Gradient-boosted trees: the Params of `pyspark.ml.classification.GBTClassifier` that a grid may have."""

from rookery_jobs.grid.algorithms.algorithm import Algorithm
from rookery_jobs.grid.cost import LEVELS_OF_TREES_ONE_AFTER_THE_OTHER
from rookery_jobs.grid.trees import DEPTH, GROWTH, STEPS, SUBSAMPLING, split_features

ALGORITHM = Algorithm(
    "classification",
    {**DEPTH, **STEPS, **GROWTH, **SUBSAMPLING, **split_features("all", auto="all")},
    LEVELS_OF_TREES_ONE_AFTER_THE_OTHER,
    max_classes=2,
)
