"""Rookery: retrain a model on Databricks from Airflow, and keep the fittest.

What a DAG file needs is imported from here; the rest is loaded when it is first used.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rookery.assets import model_asset
    from rookery.dag_factory.scoring import scoring_dag
    from rookery.dag_factory.training import training_dag
    from rookery.exceptions import PlanError, RookeryError
    from rookery.plan.compute import Autoscale, Compute
    from rookery.plan.endpoint import Endpoint
    from rookery.plan.features import Features
    from rookery.plan.gate import Gate
    from rookery.plan.promotion.expectations import Expectations
    from rookery.plan.promotion.judge import Judge
    from rookery.plan.registry import Registry
    from rookery.plan.scoring import BatchScoring
    from rookery.plan.splits import RandomSplit, TimeSplit
    from rookery.plan.sweep import Sweep
    from rookery.plan.training import TrainingPlan
    from rookery.sources import CsvSource, FilesSource, TableSource

_MODULES = {
    "Autoscale": "plan.compute",
    "BatchScoring": "plan.scoring",
    "Compute": "plan.compute",
    "CsvSource": "sources",
    "Endpoint": "plan.endpoint",
    "Expectations": "plan.promotion.expectations",
    "Features": "plan.features",
    "FilesSource": "sources",
    "Gate": "plan.gate",
    "Judge": "plan.promotion.judge",
    "PlanError": "exceptions",
    "RandomSplit": "plan.splits",
    "Registry": "plan.registry",
    "RookeryError": "exceptions",
    "Sweep": "plan.sweep",
    "TableSource": "sources",
    "TimeSplit": "plan.splits",
    "TrainingPlan": "plan.training",
    "model_asset": "assets",
    "scoring_dag": "dag_factory.scoring",
    "training_dag": "dag_factory.training",
}

__all__ = [
    "Autoscale",
    "BatchScoring",
    "Compute",
    "CsvSource",
    "Endpoint",
    "Expectations",
    "Features",
    "FilesSource",
    "Gate",
    "Judge",
    "PlanError",
    "RandomSplit",
    "Registry",
    "RookeryError",
    "Sweep",
    "TableSource",
    "TimeSplit",
    "TrainingPlan",
    "model_asset",
    "scoring_dag",
    "training_dag",
]


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"rookery.{_MODULES[name]}"), name)
