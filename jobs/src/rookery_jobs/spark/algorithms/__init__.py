"""How each algorithm is fitted and exported, by the name of its Spark estimator."""

from rookery_jobs.spark.algorithms import (
    decision_tree_classifier,
    decision_tree_regressor,
    gbt_classifier,
    gbt_regressor,
    linear_regression,
    logistic_regression,
    random_forest_classifier,
    random_forest_regressor,
)
from rookery_jobs.spark.algorithms.algorithm import Algorithm

_MODULES: tuple[Algorithm, ...] = (
    logistic_regression,
    decision_tree_classifier,
    random_forest_classifier,
    gbt_classifier,
    linear_regression,
    decision_tree_regressor,
    random_forest_regressor,
    gbt_regressor,
)

ALGORITHMS: dict[str, Algorithm] = {each.ESTIMATOR.__name__: each for each in _MODULES}
