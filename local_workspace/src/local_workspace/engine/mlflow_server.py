"""The application of `mlflow server` in this process: tracking, registry, artifacts and UI."""

import os
import warnings
from dataclasses import dataclass
from typing import Any

from starlette.types import ASGIApp

from local_workspace.settings import Settings


@dataclass(frozen=True)
class MlflowServer:
    """MLflow's ASGI application and the stores behind it."""

    app: ASGIApp
    tracking_store: Any
    registry_store: Any


def mlflow_server(settings: Settings) -> MlflowServer:
    """MLflow with its state in SQLite and folders below the root; one per process, as its state is global."""
    settings.mlflow.mkdir(parents=True, exist_ok=True)
    # MLflow reads its environment when it is imported: nothing may have imported it before.
    os.environ |= {
        "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
        "MLFLOW_DISABLE_TELEMETRY": "true",
        "MLFLOW_CONFIGURE_LOGGING": "false",
    }
    from mlflow.server import constants

    os.environ |= {
        constants.BACKEND_STORE_URI_ENV_VAR: f"sqlite:///{settings.mlflow / 'mlflow.db'}",
        constants.ARTIFACT_ROOT_ENV_VAR: "mlflow-artifacts:/",
        constants.ARTIFACTS_DESTINATION_ENV_VAR: settings.artifacts.as_uri(),
        constants.SERVE_ARTIFACTS_ENV_VAR: "true",
    }
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="starlette.middleware.wsgi is deprecated")
        from mlflow.server.fastapi_app import app
        from mlflow.server.handlers import _get_model_registry_store, _get_tracking_store

    # The stores create and migrate the database, so that the first request need not.
    return MlflowServer(app, _get_tracking_store(), _get_model_registry_store())
