"""Scores rows as a fitted Spark pipeline does, without Spark: NumPy only, float64 throughout.

The package travels inside every logged model, under the name `rookery_scorer`; so it imports nothing but
NumPy and itself (`pyfunc` alone needs MLflow, which the scoring server has), and only by relative imports.
"""

from .algorithms.decision_tree_classifier import DecisionTreeClassifier
from .algorithms.gbt_classifier import GBTClassifier
from .algorithms.logistic_regression import LogisticRegression
from .algorithms.random_forest_classifier import RandomForestClassifier
from .features import MinMaxScaler, StringIndexer, VectorAssembler
from .files import load, save
from .pipeline import Prediction, Scorer
from .stage import InvalidRow, ScorerError, Stage, Vector

__all__ = [
    "DecisionTreeClassifier",
    "GBTClassifier",
    "InvalidRow",
    "LogisticRegression",
    "MinMaxScaler",
    "Prediction",
    "RandomForestClassifier",
    "Scorer",
    "ScorerError",
    "Stage",
    "StringIndexer",
    "Vector",
    "VectorAssembler",
    "load",
    "save",
]
