"""Which of a shard's models are logged: where that is cheaper than to fit the winner again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rookery_jobs import contract
from rookery_jobs.grid import Scored, best
from rookery_jobs.spark.runs.points import PointRuns

LOGGING_SECONDS = 5.0
"""What it takes to log a model, about: Spark saves a pipeline in a second, and its files go to a remote store
one after another."""


@dataclass(frozen=True)
class ModelLogging:
    """The rule of a sweep, for the points that one shard has finished.

    `refit_is_exact`: see `Featurised`.
    """

    runs: PointRuns
    refit_is_exact: bool

    def wanted(self, finished: Sequence[Scored], fit_seconds: Mapping[str, float]) -> list[Scored]:
        """The points whose models are to be logged now. `fit_seconds`: of the points that were fitted here,
        by their ids.

        A point that was found again without a model is one that a shard of before decided on; `register`
        fits the winner again.
        """
        if not finished:
            return []
        rule = self.runs.spec.log_models
        points = finished if rule == contract.LOG_ALL else [best(finished, self.runs.spec.metric)]
        if rule == contract.LOG_AUTO:
            points = [one for one in points if self._is_cheaper(fit_seconds.get(one.point.point_id))]
        return [one for one in points if not self._has_model(one)]

    def _is_cheaper(self, seconds: float | None) -> bool:
        return seconds is not None and (seconds > LOGGING_SECONDS or not self.refit_is_exact)

    def _has_model(self, scored: Scored) -> bool:
        return contract.TAG_MODEL in self.runs.client.get_run(scored.mlflow_run_id).data.tags
