"""MLflow in this process: its application, and what is in its stores."""

from pathlib import Path
from typing import Any

from starlette.types import ASGIApp

from local_workspace.errors import InvalidState, ResourceDoesNotExist
from local_workspace.mlflow.artifacts import Artifacts
from local_workspace.mlflow.server import databricks_errors, mlflow_server
from local_workspace.settings import Settings


class Mlflow:
    """MLflow's server of this workspace; its questions raise `ResourceDoesNotExist` for what is not there."""

    def __init__(self, settings: Settings) -> None:
        server = mlflow_server(settings)
        self.app: ASGIApp = server.app
        self._tracking = server.tracking_store
        self._registry = server.registry_store
        self.artifacts = Artifacts(server.tracking_store, settings.artifacts)

    def require_experiment(self, experiment_id: str) -> None:
        """An experiment by its id, a deleted one included."""
        if not (experiment_id.isascii() and experiment_id.isdigit() and len(experiment_id) <= 18):
            raise ResourceDoesNotExist(f"No experiment with the id {experiment_id!r} exists.")
        with databricks_errors():
            self._tracking.get_experiment(experiment_id)

    def require_run(self, experiment_id: str, run_id: str) -> None:
        """A run of an experiment."""
        with databricks_errors():
            found = self._tracking.get_run(run_id)
        if found.info.experiment_id != experiment_id:
            raise ResourceDoesNotExist(f"Run {run_id!r} does not belong to experiment {experiment_id!r}.")

    def require_version(self, name: str, version: str) -> None:
        """A version of a registered model."""
        with databricks_errors():
            self._registry.get_model_version(name, version)

    def registered_model(self, name: str) -> Any:
        """MLflow's `RegisteredModel`."""
        with databricks_errors():
            return self._registry.get_registered_model(name)

    def model_folder(self, name: str, version: str) -> Path:
        """The folder with the version's `MLmodel`; `InvalidState` for a version that is not READY."""
        with databricks_errors():
            found = self._registry.get_model_version(name, version)
        if found.status != "READY":
            raise InvalidState(f"Version {version} of model {name!r} is {found.status}, not READY.")
        folder = self.artifacts.folder(found.source)
        if not (folder / "MLmodel").is_file():
            raise InvalidState(f"Version {version} of model {name!r} has no MLmodel file at {found.source}.")
        return folder
