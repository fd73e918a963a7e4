from tests.spark.algorithms import left_out
from tests.spark.algorithms.algorithm_test_case import AlgorithmTestCase


class TestGBTClassifier(AlgorithmTestCase):
    name = "GBTClassifier"
    objective = "classification"
    left_out = left_out.BOOSTING | left_out.CLASSIFICATION
    refused_by_fit = frozenset({"maxIter"})
    variants = (
        (2, {"maxIter": 4}),
        (2, {"maxIter": 3, "maxDepth": 2, "stepSize": 1.0, "subsamplingRate": 0.7}),
    )
