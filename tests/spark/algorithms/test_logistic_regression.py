from tests.spark.algorithms.algorithm_test_case import AlgorithmTestCase


class TestLogisticRegression(AlgorithmTestCase):
    name = "LogisticRegression"
    objective = "classification"
    left_out = frozenset(
        {
            "featuresCol",
            "labelCol",
            "predictionCol",
            "probabilityCol",
            "rawPredictionCol",
            "weightCol",
            # A plan's model predicts the most probable class.
            "threshold",
            "thresholds",
            # Matrices and vectors.
            "lowerBoundsOnCoefficients",
            "lowerBoundsOnIntercepts",
            "upperBoundsOnCoefficients",
            "upperBoundsOnIntercepts",
            # How Spark computes, not what.
            "maxBlockSizeInMB",
        }
    )
    variants = (
        (2, {"maxIter": 20}),
        (2, {"family": "multinomial", "maxIter": 20}),
        (2, {"regParam": 0.1, "elasticNetParam": 1.0, "fitIntercept": False, "maxIter": 20}),
        (3, {"maxIter": 20}),
        (3, {"regParam": 0.05, "elasticNetParam": 1.0, "standardization": False, "maxIter": 20}),
    )
