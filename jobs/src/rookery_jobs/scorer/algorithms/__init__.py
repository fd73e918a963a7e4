"""The stage that predicts, for each algorithm."""

from typing import Any

from .logistic_regression import LogisticRegression

ALGORITHMS: tuple[type[Any], ...] = (LogisticRegression,)
