"""Databricks' addresses of experiments, MLflow runs and model versions: they lead into MLflow's own pages."""

from urllib.parse import quote

from starlette.routing import Route

from local_workspace.api.pages.layout import Elsewhere, page_route
from local_workspace.mlflow.mlflow import Mlflow


def mlflow_links(mlflow: Mlflow) -> list[Route]:
    """Redirections for what exists; MLflow's page would say of anything else that it cannot be loaded."""

    def experiment(experiment_id: str) -> Elsewhere:
        mlflow.require_experiment(experiment_id)
        return _to("experiments", experiment_id)

    def runs(experiment_id: str) -> Elsewhere:
        mlflow.require_experiment(experiment_id)
        return _to("experiments", experiment_id, "runs")

    def run(experiment_id: str, run_id: str) -> Elsewhere:
        mlflow.require_run(experiment_id, run_id)
        return _to("experiments", experiment_id, "runs", run_id)

    def version(name: str, version: str) -> Elsewhere:
        mlflow.require_version(name, version)
        return _to("models", name, "versions", version)

    return [
        page_route("/ml/experiments/{experiment_id}", experiment),
        page_route("/ml/experiments/{experiment_id}/runs", runs),
        page_route("/ml/experiments/{experiment_id}/runs/{run_id}", run),
        page_route("/ml/models/{name}/versions/{version}", version),
    ]


def _to(*parts: str) -> Elsewhere:
    path = "/".join(quote(part, safe="") for part in parts)
    return Elsewhere(f"/#/{path}")
