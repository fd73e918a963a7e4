"""The application of `mlflow server` in this process: tracking, registry, artifacts and UI."""

import gc
import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from starlette.types import ASGIApp

from local_workspace.errors import InvalidParameterValue, ResourceDoesNotExist
from local_workspace.mlflow.calls import answered_by
from local_workspace.settings import Settings

OBJECTS_BETWEEN_COLLECTIONS = 2_000


@dataclass(frozen=True)
class MlflowServer:
    """MLflow's ASGI application, its calls alone, and the stores behind them."""

    app: ASGIApp
    calls: ASGIApp
    tracking_store: Any
    registry_store: Any


def prepare(settings: Settings) -> None:
    """What MLflow reads when it is imported: nothing may have imported it before."""
    settings.mlflow.mkdir(parents=True, exist_ok=True)
    os.environ |= {
        "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
        "MLFLOW_DISABLE_TELEMETRY": "true",
        "MLFLOW_CONFIGURE_LOGGING": "false",
        # `auth` judges Host and Origin of every request before MLflow does, names from outside included.
        "MLFLOW_SERVER_ALLOWED_HOSTS": "*",
        "MLFLOW_SERVER_CORS_ALLOWED_ORIGINS": ",".join(_own_origins(settings)),
    }


def mlflow_server(settings: Settings) -> MlflowServer:
    """MLflow with its state in SQLite and folders below the root; one per process, as its state is global."""
    from mlflow.server import constants

    os.environ |= {
        constants.BACKEND_STORE_URI_ENV_VAR: f"sqlite:///{settings.mlflow / 'mlflow.db'}",
        constants.ARTIFACT_ROOT_ENV_VAR: "mlflow-artifacts:/",
        constants.ARTIFACTS_DESTINATION_ENV_VAR: settings.artifacts.as_uri(),
        constants.SERVE_ARTIFACTS_ENV_VAR: "true",
    }
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="starlette.middleware.wsgi is deprecated")
        from mlflow.server import app as flask_app
        from mlflow.server.fastapi_app import app
        from mlflow.server.handlers import _get_model_registry_store, _get_tracking_store

    # The stores create and migrate the database, so that the first request need not.
    server = MlflowServer(app, answered_by(flask_app), _get_tracking_store(), _get_model_registry_store())
    # A look for garbage among a million objects that stay would hold every request for 0.1 s, and one after
    # 10,000 new objects, as while importing, for 10 ms.
    gc.freeze()
    gc.set_threshold(OBJECTS_BETWEEN_COLLECTIONS)
    return server


def _own_origins(settings: Settings) -> list[str]:
    named = [f"http://{name}:{settings.port}" for name in sorted(settings.host_names)]
    return [*named, settings.public_url] if settings.public_url else named


@contextmanager
def databricks_errors() -> Iterator[None]:
    """Turn an error of MLflow's stores into the one that Databricks answers."""
    from mlflow.exceptions import MlflowException

    try:
        yield
    except MlflowException as error:
        if error.error_code == "RESOURCE_DOES_NOT_EXIST":
            raise ResourceDoesNotExist(error.message) from error
        raise InvalidParameterValue(error.message) from error
