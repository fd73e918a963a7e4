from tests.spark.algorithms import left_out
from tests.spark.algorithms.algorithm_test_case import AlgorithmTestCase


class TestRandomForestClassifier(AlgorithmTestCase):
    name = "RandomForestClassifier"
    objective = "classification"
    left_out = left_out.TREES | left_out.CLASSIFICATION
    variants = (
        (2, {"numTrees": 5}),
        (3, {"numTrees": 7, "maxDepth": 8, "subsamplingRate": 0.5, "featureSubsetStrategy": "log2"}),
        (4, {"numTrees": 1, "bootstrap": False}),
    )
