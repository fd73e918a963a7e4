"""How each algorithm is fitted and exported, by the name of its Spark estimator."""

from rookery_jobs.spark.algorithms import logistic_regression
from rookery_jobs.spark.algorithms.algorithm import Algorithm

_MODULES: tuple[Algorithm, ...] = (logistic_regression,)

ALGORITHMS: dict[str, Algorithm] = {each.ESTIMATOR.__name__: each for each in _MODULES}
