from tests.spark.algorithms import left_out
from tests.spark.algorithms.algorithm_test_case import AlgorithmTestCase


class TestLinearRegression(AlgorithmTestCase):
    name = "LinearRegression"
    objective = "regression"
    left_out = left_out.COLUMNS | left_out.COMPUTATION
    variants = (
        (5, {"maxIter": 20}),
        (5, {"solver": "normal", "regParam": 0.1, "fitIntercept": False}),
        (5, {"loss": "huber", "epsilon": 1.2, "maxIter": 20}),
    )
