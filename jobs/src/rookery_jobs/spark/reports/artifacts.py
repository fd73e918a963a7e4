"""Reports as artifacts of an MLflow run.

A table is JSON in the form of `mlflow.log_table`, which `mlflow.load_table` reads and the run's page shows.
That function itself would add the rows of a second try to those of the first. A picture is SVG: text that a
browser draws, in its own fonts, so no library that draws is needed on the cluster.
"""

import json

from mlflow import MlflowClient

from rookery_jobs.spark.reports.report import Report

_TABLES = "mlflow.loggedArtifacts"
"""The tag by which MLflow knows which artifacts are tables."""


def log_report(client: MlflowClient, run_id: str, report: Report) -> None:
    """Log the table as `<name>.json` and the picture as `<name>.svg`."""
    table = f"{report.name}.json"
    client.log_dict(
        run_id, {"columns": list(report.columns), "data": [list(row) for row in report.rows]}, table
    )
    if report.picture:
        client.log_text(run_id, report.picture, f"{report.name}.svg")
    known = json.loads(client.get_run(run_id).data.tags.get(_TABLES, "[]"))
    entry = {"path": table, "type": "table"}
    if entry not in known:
        client.set_tag(run_id, _TABLES, json.dumps([*known, entry]))
