"""The source data, brought to where Spark can read it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from rookery.operators.bases.databricks import PlanOperator
from rookery.origin import as_of
from rookery.sources.landing import Limits, Site
from rookery_jobs.contract import RunLayout

if TYPE_CHECKING:
    from airflow.sdk import Context


class DownloadDataOperator(PlanOperator):
    """Have the plan's source checked and brought to the data root, each kind in its own way.

    Returns what that kind of source hands on. Raises DownloadError for a source that cannot be had, must not
    be fetched, or is not what the plan wants, in as far as the worker can tell.
    """

    def __init__(self, *, limits: Limits | None = None, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.limits = limits or Limits()

    def execute(self, context: Context) -> dict[str, Any]:
        plan, run = self.training_plan, context["dag_run"]
        site = Site(
            workspace=self.workspace,
            layout=RunLayout(plan.data_root, run.dag_id, run.run_id),
            dag_file=str(self.dag.fileloc),
            wanted=plan.wanted(as_of(run, plan)),
            limits=self.limits,
        )
        return plan.source.land(site).to_xcom()
