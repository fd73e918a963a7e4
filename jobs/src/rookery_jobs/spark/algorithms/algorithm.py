"""What the jobs ask of every algorithm."""

from pathlib import Path
from typing import Any, Protocol

from rookery_jobs.scorer import Stage


class Algorithm(Protocol):
    """A module of this package: one algorithm of Spark."""

    ESTIMATOR: type[Any]
    """The class that fits; points and plans name the algorithm by it."""
    MODEL: type[Any]
    """The class of what it fits."""

    def export(self, model: Any, folder: Path) -> Stage:
        """The scorer's stage that predicts as the model does, which Spark has saved in the local folder."""
        ...
