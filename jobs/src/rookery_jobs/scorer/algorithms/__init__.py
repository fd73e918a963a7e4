"""The stage that predicts, for each algorithm."""

from typing import Any

from .decision_tree_classifier import DecisionTreeClassifier
from .decision_tree_regressor import DecisionTreeRegressor
from .gbt_classifier import GBTClassifier
from .gbt_regressor import GBTRegressor
from .linear_regression import LinearRegression
from .logistic_regression import LogisticRegression
from .random_forest_classifier import RandomForestClassifier
from .random_forest_regressor import RandomForestRegressor

ALGORITHMS: tuple[type[Any], ...] = (
    LogisticRegression,
    DecisionTreeClassifier,
    RandomForestClassifier,
    GBTClassifier,
    LinearRegression,
    DecisionTreeRegressor,
    RandomForestRegressor,
    GBTRegressor,
)
