"""Runtimes: those that are offered, the Spark and MLflow of some, and where these are installed."""
