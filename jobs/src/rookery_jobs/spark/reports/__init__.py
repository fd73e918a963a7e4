"""What a winner is like, for those who look at its MLflow run: which features count, which classes it takes
for which, and what was found about its data."""

from collections.abc import Iterable
from typing import Any

from mlflow import MlflowClient

from rookery_jobs.spark.reports.artifacts import log_report
from rookery_jobs.spark.reports.classes import class_reports
from rookery_jobs.spark.reports.data_gate import gate_report
from rookery_jobs.spark.reports.importances import importances_report
from rookery_jobs.spark.snapshot import Snapshot

__all__ = ["log_reports"]


def log_reports(client: MlflowClient, run_ids: Iterable[str], pipeline: Any, snapshot: Snapshot) -> None:
    """Log the reports of a fitted pipeline, on the test rows, to each of the runs. What an earlier try has
    logged is replaced."""
    predictions = pipeline.transform(snapshot.side("test"))
    reports = [*importances_report(pipeline, snapshot), *class_reports(predictions, snapshot)]
    reports += gate_report(snapshot)
    for run_id in run_ids:
        for report in reports:
            log_report(client, run_id, report)
