"""What a scoring DAG will do, said before it does it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from rookery.check.dag_report import RUN_ID, cluster_name_rows, cluster_rows, schedule_rows
from rookery.check.form_report import form_rows
from rookery.check.report import Row, Section
from rookery.mistakes import Mistake
from rookery.plan.questions import scoring_questions
from rookery.plan.scoring import BatchScoring
from rookery.workspace.leases import ANY_INSTALLATION
from rookery.workspace.questions import Finding, ask
from rookery.workspace.run_names import RunNames

if TYPE_CHECKING:
    from airflow.sdk import DAG
    from databricks.sdk import WorkspaceClient


@dataclass(frozen=True)
class Scoring:
    """A scoring DAG and what it was made from: a `report.Checkable`."""

    dag: DAG
    plan: BatchScoring
    databricks_conn_id: str

    def mistakes(self) -> Iterator[Mistake]:
        """None: all that it needs is in the workspace."""
        return iter(())

    def sections(self, user_name: str, now: datetime) -> list[Section]:
        """What a run will do."""
        names = self._names(user_name)
        cluster = cluster_rows(self.dag, self.plan.compute, names, "when the files are scored", now)
        code = Row("job code", f"{names.code_root}/<digest>")
        return [
            Section("Scoring", tuple(_scoring(self.plan))),
            Section("Cluster", tuple(cluster)),
            Section("Names", (*cluster_name_rows(self.plan.compute, names), code)),
            Section("Schedule", tuple(schedule_rows(self.dag, now))),
            Section("Form", tuple(form_rows(self.dag.params, {}))),
        ]

    def ask(self, workspace: WorkspaceClient, user_name: str) -> list[Finding]:
        """See `questions.ask`."""
        return ask(workspace, scoring_questions(self.plan, user_name))

    def _names(self, user_name: str) -> RunNames:
        return RunNames(ANY_INSTALLATION, self.dag.dag_id, RUN_ID, user_name)


def scoring_of(dag: DAG) -> Scoring | None:
    """What the DAG was made from, if `scoring_dag` has made it."""
    tasks: Sequence[Any] = dag.tasks
    for task in tasks:
        plan = getattr(task, "plan", None)
        if isinstance(plan, BatchScoring):
            return Scoring(dag, plan, task.databricks_conn_id)
    return None


def _scoring(plan: BatchScoring) -> Iterator[Row]:
    yield Row("registered model", plan.registered_model_name)
    ends = {"csv": ".csv or .csv.gz", "parquet": ".parquet"}[plan.format]
    yield Row("files", f"those in {plan.input_path} whose names end in {ends}", plan.input_path)
    yield Row("predictions", f"{plan.output_path}/version-<version>/<digest>/predictions", plan.output_path)
