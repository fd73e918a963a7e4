"""The hyperparameters of every algorithm, by the name of its Spark estimator."""

from rookery_jobs.grid.algorithms import logistic_regression
from rookery_jobs.grid.hyperparameter import Hyperparameter

ALGORITHMS: dict[str, dict[str, Hyperparameter]] = {
    "LogisticRegression": logistic_regression.HYPERPARAMETERS,
}
"""Algorithm → parameter → Hyperparameter. The order of the parameters is that in which they decide which of
two models is the simpler one, and so is the order of the algorithms."""
