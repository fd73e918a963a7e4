"""What is known of every algorithm without Spark, by the name of its Spark estimator."""

from rookery_jobs.grid.algorithms import (
    decision_tree_classifier,
    decision_tree_regressor,
    gbt_classifier,
    gbt_regressor,
    linear_regression,
    logistic_regression,
    random_forest_classifier,
    random_forest_regressor,
)
from rookery_jobs.grid.algorithms.algorithm import Algorithm

ALGORITHMS: dict[str, Algorithm] = {
    "LogisticRegression": logistic_regression.ALGORITHM,
    "DecisionTreeClassifier": decision_tree_classifier.ALGORITHM,
    "RandomForestClassifier": random_forest_classifier.ALGORITHM,
    "GBTClassifier": gbt_classifier.ALGORITHM,
    "LinearRegression": linear_regression.ALGORITHM,
    "DecisionTreeRegressor": decision_tree_regressor.ALGORITHM,
    "RandomForestRegressor": random_forest_regressor.ALGORITHM,
    "GBTRegressor": gbt_regressor.ALGORITHM,
}
"""The order is that in which they decide which of two models is the simpler one."""
