"""The stage that predicts, for each algorithm."""

from typing import Any

from .decision_tree_classifier import DecisionTreeClassifier
from .gbt_classifier import GBTClassifier
from .logistic_regression import LogisticRegression
from .random_forest_classifier import RandomForestClassifier

ALGORITHMS: tuple[type[Any], ...] = (
    LogisticRegression,
    DecisionTreeClassifier,
    RandomForestClassifier,
    GBTClassifier,
)
