"""A decision tree: the Params of `pyspark.ml.classification.DecisionTreeClassifier` that a grid may have."""

from rookery_jobs.grid.algorithms.algorithm import Algorithm
from rookery_jobs.grid.cost import LEVELS_OF_A_TREE
from rookery_jobs.grid.trees import DEPTH, GROWTH, IMPURITY

ALGORITHM = Algorithm("classification", {**DEPTH, **GROWTH, **IMPURITY}, LEVELS_OF_A_TREE)
