from tests.spark.algorithms import left_out
from tests.spark.algorithms.algorithm_test_case import AlgorithmTestCase


class TestDecisionTreeClassifier(AlgorithmTestCase):
    name = "DecisionTreeClassifier"
    objective = "classification"
    left_out = left_out.TREES | left_out.CLASSIFICATION
    variants = (
        (2, {}),
        (3, {"maxDepth": 8, "impurity": "entropy"}),
        (4, {"maxDepth": 3, "minInstancesPerNode": 10, "maxBins": 8}),
    )
