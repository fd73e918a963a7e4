from tests.spark.algorithms import left_out
from tests.spark.algorithms.algorithm_test_case import AlgorithmTestCase


class TestDecisionTreeRegressor(AlgorithmTestCase):
    name = "DecisionTreeRegressor"
    objective = "regression"
    left_out = left_out.TREES | {"impurity", "varianceCol"}
    variants = ((5, {}), (5, {"maxDepth": 3, "minInstancesPerNode": 10, "maxBins": 8}))
