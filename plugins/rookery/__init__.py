"""Rookery: retrain a model on Databricks from Airflow, and keep the fittest.

What a DAG file needs is imported from here; the rest is loaded when it is first used.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rookery.assets import model_asset
    from rookery.dag_factory import training_dag
    from rookery.exceptions import PlanError, RookeryError
    from rookery.plan import (
        Compute,
        CsvSource,
        Endpoint,
        Features,
        Gate,
        RandomSplit,
        Registry,
        Sweep,
        TrainingPlan,
    )
    from rookery.scoring_dag_factory import scoring_dag
    from rookery.scoring_plan import BatchScoring

_MODULES = {
    "BatchScoring": "scoring_plan",
    "Compute": "plan",
    "CsvSource": "plan",
    "Endpoint": "plan",
    "Features": "plan",
    "Gate": "plan",
    "RandomSplit": "plan",
    "Registry": "plan",
    "PlanError": "exceptions",
    "RookeryError": "exceptions",
    "Sweep": "plan",
    "TrainingPlan": "plan",
    "model_asset": "assets",
    "scoring_dag": "scoring_dag_factory",
    "training_dag": "dag_factory",
}

__all__ = [
    "BatchScoring",
    "Compute",
    "CsvSource",
    "Endpoint",
    "Features",
    "Gate",
    "PlanError",
    "RandomSplit",
    "Registry",
    "RookeryError",
    "Sweep",
    "TrainingPlan",
    "model_asset",
    "scoring_dag",
    "training_dag",
]


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"rookery.{_MODULES[name]}"), name)
