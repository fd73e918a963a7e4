"""The calls of Databricks' workspace model registry that MLflow's own server does not have.

https://docs.databricks.com/api/azure/workspace/modelregistry/getmodel
"""

from typing import Any

from starlette.routing import Route

from local_workspace.api.wire import Answer, routes
from local_workspace.messages import Message
from local_workspace.mlflow.mlflow import Mlflow


class ByName(Message):
    """`get`."""

    name: str


def model_registry_routes(mlflow: Mlflow) -> list[Route]:
    """The routes under `mlflow/databricks/`: what the SDK's `get_model` asks for."""
    path = "mlflow/databricks/registered-models/get"
    return routes("GET", path, ByName, lambda m: _shown(mlflow.registered_model(m.name)))


def _shown(model: Any) -> Answer:
    """A registered model with the fields that only Databricks has: its id and the caller's permission."""
    answer: dict[str, Any] = {
        "id": model.name,
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
        "source": version.source,
        "creation_timestamp": version.creation_timestamp,
        "last_updated_timestamp": version.last_updated_timestamp,
    }
