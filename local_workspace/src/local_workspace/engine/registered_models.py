"""Registered model versions, as MLflow's own stores in this process know them, and where their files are."""

from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from local_workspace.engine.mlflow_server import MlflowServer, databricks_errors
from local_workspace.errors import InvalidParameterValue, InvalidState
from local_workspace.paths import below


class RegisteredModels:
    """Finds the model of a version."""

    def __init__(self, server: MlflowServer, artifacts: Path) -> None:
        self._server = server
        self._artifacts = artifacts

    def folder(self, name: str, version: str) -> Path:
        """The folder with the version's `MLmodel`.

        ResourceDoesNotExist for an unknown model or version, InvalidState for one that is not READY.
        """
        with databricks_errors():
            found = self._server.registry_store.get_model_version(name, version)
            uri = self._artifact_uri(found.source)
        if found.status != "READY":
            raise InvalidState(f"Version {version} of model {name!r} is {found.status}, not READY.")
        folder = below(self._artifacts, "/" + unquote(urlsplit(uri).path).lstrip("/"))
        if not (folder / "MLmodel").is_file():
            raise InvalidState(f"Version {version} of model {name!r} has no MLmodel file at {found.source}.")
        return folder

    def registered_model(self, name: str) -> Any:
        """MLflow's `RegisteredModel`; ResourceDoesNotExist if there is none."""
        with databricks_errors():
            return self._server.registry_store.get_registered_model(name)

    def _artifact_uri(self, source: str) -> str:
        """`mlflow-artifacts:/…` for a source that may name a run (`runs:/…`) or a model (`models:/m-…`)."""
        parts = urlsplit(source)
        head, _, rest = parts.path.lstrip("/").partition("/")
        if parts.scheme == "runs":
            return f"{self._server.tracking_store.get_run(head).info.artifact_uri}/{rest}"
        if parts.scheme == "models":
            return f"{self._server.tracking_store.get_logged_model(head).artifact_location}/{rest}"
        if parts.scheme != "mlflow-artifacts":
            raise InvalidParameterValue(f"The model's source {source!r} is not in this workspace.")
        return source
