"""How each algorithm is fitted and exported, by the name of its Spark estimator."""

from rookery_jobs.spark.algorithms import (
    decision_tree_classifier,
    gbt_classifier,
    logistic_regression,
    random_forest_classifier,
)
from rookery_jobs.spark.algorithms.algorithm import Algorithm

_MODULES: tuple[Algorithm, ...] = (
    logistic_regression,
    decision_tree_classifier,
    random_forest_classifier,
    gbt_classifier,
)

ALGORITHMS: dict[str, Algorithm] = {each.ESTIMATOR.__name__: each for each in _MODULES}
