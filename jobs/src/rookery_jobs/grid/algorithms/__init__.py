"""What is known of every algorithm without Spark, by the name of its Spark estimator."""

from rookery_jobs.grid.algorithms import (
    decision_tree_classifier,
    gbt_classifier,
    logistic_regression,
    random_forest_classifier,
)
from rookery_jobs.grid.algorithms.algorithm import Algorithm

ALGORITHMS: dict[str, Algorithm] = {
    "LogisticRegression": logistic_regression.ALGORITHM,
    "DecisionTreeClassifier": decision_tree_classifier.ALGORITHM,
    "RandomForestClassifier": random_forest_classifier.ALGORITHM,
    "GBTClassifier": gbt_classifier.ALGORITHM,
}
"""The order is that in which they decide which of two models is the simpler one."""
