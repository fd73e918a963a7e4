"""Estimators of a user's own, in plain PySpark: what travels with the job code."""

from .classifier import ThresholdClassifier, ThresholdModel

__all__ = ["ThresholdClassifier", "ThresholdModel"]
