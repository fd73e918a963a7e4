"""Scores rows as a fitted Spark pipeline does, without Spark: NumPy only, float64 throughout.

The package travels inside every logged model, under the name `rookery_scorer`; so it imports nothing but
NumPy and itself (`pyfunc` alone needs MLflow, which the scoring server has), and only by relative imports.
"""

from .algorithms.decision_tree_classifier import DecisionTreeClassifier
from .algorithms.decision_tree_regressor import DecisionTreeRegressor
from .algorithms.gbt_classifier import GBTClassifier
from .algorithms.gbt_regressor import GBTRegressor
from .algorithms.linear_regression import LinearRegression
from .algorithms.logistic_regression import LogisticRegression
from .algorithms.random_forest_classifier import RandomForestClassifier
from .algorithms.random_forest_regressor import RandomForestRegressor
from .features import MinMaxScaler, OneHotEncoder, StandardScaler, StringIndexer, VectorAssembler
from .files import load, save
from .given import Given, Imputer
from .labels import IndexToString
from .pipeline import Prediction, Scorer
from .stage import InvalidRow, ScorerError, Stage, Vector

__all__ = [
    "DecisionTreeClassifier",
    "DecisionTreeRegressor",
    "GBTClassifier",
    "GBTRegressor",
    "Given",
    "Imputer",
    "IndexToString",
    "InvalidRow",
    "LinearRegression",
    "LogisticRegression",
    "MinMaxScaler",
    "OneHotEncoder",
    "Prediction",
    "RandomForestClassifier",
    "RandomForestRegressor",
    "Scorer",
    "ScorerError",
    "Stage",
    "StandardScaler",
    "StringIndexer",
    "Vector",
    "VectorAssembler",
    "load",
    "save",
]
