from tests.spark.algorithms import left_out
from tests.spark.algorithms.algorithm_test_case import AlgorithmTestCase


class TestGBTRegressor(AlgorithmTestCase):
    name = "GBTRegressor"
    objective = "regression"
    left_out = left_out.BOOSTING - {"lossType"}
    refused_by_fit = frozenset({"maxIter"})
    variants = (
        (5, {"maxIter": 4}),
        (5, {"maxIter": 3, "maxDepth": 2, "stepSize": 1.0, "lossType": "absolute"}),
    )
