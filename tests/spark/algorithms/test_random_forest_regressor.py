from tests.spark.algorithms import left_out
from tests.spark.algorithms.algorithm_test_case import AlgorithmTestCase


class TestRandomForestRegressor(AlgorithmTestCase):
    name = "RandomForestRegressor"
    objective = "regression"
    left_out = left_out.TREES | {"impurity"}
    variants = (
        (5, {"numTrees": 5}),
        (5, {"numTrees": 7, "maxDepth": 8, "subsamplingRate": 0.5, "featureSubsetStrategy": "log2"}),
    )
