"""The calls under `mlflow/databricks/`, which MLflow's own server does not have.

https://docs.databricks.com/api/azure/workspace/modelregistry
"""

from typing import Any

from pydantic import Field
from starlette.routing import Route

from local_workspace.api.wire import Answer, routes
from local_workspace.messages import Message, Number
from local_workspace.mlflow.mlflow import Mlflow, model_id
from local_workspace.mlflow.uris import to_databricks

MOST_RUNS = 10_000


class ByName(Message):
    """`registered-models/get`."""

    name: str


class Transition(ByName):
    """`model-versions/transition-stage`; the comment is not kept."""

    version: str
    stage: str
    archive_existing_versions: bool = False


class DeleteRuns(Message):
    """`runs/delete-runs`: those created at this time (ms) or before."""

    experiment_id: str
    max_timestamp_millis: Number
    max_runs: int = Field(default=MOST_RUNS, ge=1, le=MOST_RUNS)


class RestoreRuns(Message):
    """`runs/restore-runs`: those deleted at this time (ms) or later."""

    experiment_id: str
    min_timestamp_millis: Number
    max_runs: int = Field(default=MOST_RUNS, ge=1, le=MOST_RUNS)


def model_registry_routes(mlflow: Mlflow) -> list[Route]:
    """What the SDK asks of the workspace registry and of experiments beside MLflow's own calls."""

    def transition(m: Transition) -> Answer:
        version = mlflow.transition(m.name, m.version, m.stage, archive=m.archive_existing_versions)
        return {"model_version_databricks": _version(version)}

    def delete_runs(m: DeleteRuns) -> Answer:
        return {"runs_deleted": mlflow.delete_runs(m.experiment_id, m.max_timestamp_millis, m.max_runs)}

    def restore_runs(m: RestoreRuns) -> Answer:
        return {"runs_restored": mlflow.restore_runs(m.experiment_id, m.min_timestamp_millis, m.max_runs)}

    path = "mlflow/databricks"
    return [
        *routes(
            "GET", f"{path}/registered-models/get", ByName, lambda m: _shown(mlflow.registered_model(m.name))
        ),
        *routes("POST", f"{path}/model-versions/transition-stage", Transition, transition),
        *routes("POST", f"{path}/runs/delete-runs", DeleteRuns, delete_runs),
        *routes("POST", f"{path}/runs/restore-runs", RestoreRuns, restore_runs),
    ]


def _shown(model: Any) -> Answer:
    """A registered model with the fields that only Databricks has: its id and the caller's permission."""
    answer: dict[str, Any] = {
        "id": model_id(model.name),
        "name": model.name,
        "permission_level": "CAN_MANAGE",
        "creation_timestamp": model.creation_timestamp,
        "last_updated_timestamp": model.last_updated_timestamp,
        "description": model.description or "",
        "tags": [{"key": key, "value": value} for key, value in model.tags.items()],
        "latest_versions": [_version(version) for version in model.latest_versions],
    }
    return {"registered_model_databricks": answer}


def _version(version: Any) -> dict[str, Any]:
    return {
        "name": version.name,
        "version": str(version.version),
        "current_stage": version.current_stage,
        "status": version.status,
        "run_id": version.run_id or "",
        "source": to_databricks(version.source),
        "creation_timestamp": version.creation_timestamp,
        "last_updated_timestamp": version.last_updated_timestamp,
    }
