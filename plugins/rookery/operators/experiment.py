"""The MLflow experiment that a DAG's runs share, and the best point found in it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from rookery.links import ExperimentLink, MlflowRunLink, experiment_page, mlflow_run_page, snapshot_page
from rookery.operators.bases.databricks import DatabricksOperator
from rookery.workspace import points, storage
from rookery.workspace.experiments import experiment_at
from rookery.workspace.sweeps import parent
from rookery_jobs.contract import SweepSpec

if TYPE_CHECKING:
    from airflow.sdk import BaseOperatorLink, Context
    from databricks.sdk.service.ml import Run


class CreateExperimentOperator(DatabricksOperator):
    """Find or create the experiment at an absolute workspace path, and return its id.

    One task does it before anything races for it; two DAG runs that race both get the same experiment. Raises
    PlanError if the experiment of this path was deleted.
    """

    template_fields: Sequence[str] = ("experiment_path",)
    operator_extra_links: Sequence[BaseOperatorLink] = (ExperimentLink(),)

    def __init__(self, *, experiment_path: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.experiment_path = experiment_path

    def execute(self, context: Context) -> str:
        experiment_id = experiment_at(self.workspace, self.experiment_path)
        self.show_link(context, ExperimentLink(), experiment_page(self.workspace_url, experiment_id))
        return experiment_id


class SelectBestOperator(DatabricksOperator):
    """Choose the best of the sweep's points by their MLflow runs, whichever sweep or DAG run made them.

    Returns a BestPoint, and ends the sweep's MLflow run as FINISHED. Raises SelectionError, naming what
    failed, if a point has no finished run.
    """

    template_fields: Sequence[str] = ("points_path",)
    operator_extra_links: Sequence[BaseOperatorLink] = (ExperimentLink(), MlflowRunLink())

    def __init__(self, *, points_path: str, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.points_path = points_path

    def execute(self, context: Context) -> dict[str, Any]:
        sweep = SweepSpec.from_json(storage.read_text(self.workspace, self.points_path))
        everything = snapshot_page(self.workspace_url, sweep.experiment_id, sweep.snapshot_digest)
        self.show_link(context, ExperimentLink(), everything)
        runs = list(points.runs_of(self.workspace, sweep))
        best = points.best_point(sweep, runs)
        self._end(sweep, runs)
        page = mlflow_run_page(self.workspace_url, sweep.experiment_id, best.mlflow_run_id)
        self.show_link(context, MlflowRunLink(), page)
        self.log.info("Best of %d points: %s %s", len(sweep.points), best.params, best.metrics)
        return best.to_xcom()

    def _end(self, sweep: SweepSpec, runs: Sequence[Run]) -> None:
        """End the sweep's MLflow run, unless the sweep was begun by an earlier version, which made none.

        Points that another DAG run was fitting meanwhile are found again only now.
        """
        if sweep.parent_run_id is not None:
            parent.tell(self.workspace, sweep, runs)
            parent.end(self.workspace, sweep.parent_run_id, "FINISHED")
