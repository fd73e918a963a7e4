"""Signed URLs for artifacts of runs, logged models and traces, as Databricks gives them to MLflow's clients.

MLflow before 3.8 takes every file of a run by them, later versions what they cannot have by the Files API.
The type says how a client sends a file: to Google's storage with one PUT, whatever its size.
https://github.com/mlflow/mlflow/blob/master/mlflow/protos/databricks_artifacts.proto
"""

from typing import Any

from pydantic import Field
from starlette.routing import Route

from local_workspace.api.wire import Addressed, Answer, routes
from local_workspace.files.trees.trees import Access, Trees
from local_workspace.mlflow.artifacts import Artifacts
from local_workspace.signed_urls import Purpose, SignedUrls

MOST_PATHS = 10_000
_BY_METHOD = {"GET": Access.READ, "PUT": Access.WRITE}


class OfRun(Addressed):
    """`artifacts/credentials-for-…`: some paths below a run's artifacts."""

    run_id: str
    path: list[str] = Field(default=[""], max_length=MOST_PATHS)


class OfModel(Addressed):
    """`logged-models/{model_id}/artifacts/credentials-for-…`."""

    model_id: str
    paths: list[str] = Field(default=[""], max_length=MOST_PATHS)


class OfTrace(Addressed):
    """`traces/{trace_id}/credentials-for-data-…`: what its spans hold, or a file attached to one."""

    trace_id: str
    path: str = "traces.json"


def credential_routes(artifacts: Artifacts, trees: Trees, signed_urls: SignedUrls) -> list[Route]:
    """Of runs, logged models and traces, to read and to write."""

    def credential(origin: str, method: str, path: str) -> dict[str, Any]:
        place = trees.place(path, _BY_METHOD[method])
        url = signed_urls.url(origin, Purpose(method, place.path))
        return {"signed_uri": url, "type": "GCP_SIGNED_URL", "headers": []}

    def of_run(request: OfRun, method: str) -> Answer:
        folder = artifacts.run_path(request.run_id)
        infos = [
            {"run_id": request.run_id, "path": path, **credential(request.origin, method, f"{folder}/{path}")}
            for path in request.path
        ]
        return {"credential_infos": infos}

    def of_model(request: OfModel, method: str) -> Answer:
        folder = artifacts.logged_model_path(request.model_id)
        infos = [
            {
                "model_id": request.model_id,
                "credential_info": {"path": path, **credential(request.origin, method, f"{folder}/{path}")},
            }
            for path in request.paths
        ]
        return {"credentials": infos}

    def of_trace(request: OfTrace, method: str) -> Answer:
        path = f"{artifacts.trace_path(request.trace_id)}/{request.path}"
        return {"credential_info": credential(request.origin, method, path)}

    trace = "mlflow/traces/{trace_id}"
    run, model = "mlflow/artifacts", "mlflow/logged-models/{model_id}/artifacts"
    return [
        *routes("POST", f"{run}/credentials-for-read", OfRun, lambda m: of_run(m, "GET")),
        *routes("POST", f"{run}/credentials-for-write", OfRun, lambda m: of_run(m, "PUT")),
        *routes("POST", f"{model}/credentials-for-download", OfModel, lambda m: of_model(m, "GET")),
        *routes("POST", f"{model}/credentials-for-upload", OfModel, lambda m: of_model(m, "PUT")),
        *routes("GET", f"{trace}/credentials-for-data-download", OfTrace, lambda m: of_trace(m, "GET")),
        *routes("GET", f"{trace}/credentials-for-data-upload", OfTrace, lambda m: of_trace(m, "PUT")),
    ]
