"""MLflow in this process: its application, and what is in its stores."""

import asyncio
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from starlette.types import Receive, Scope, Send

from local_workspace.errors import InvalidParameterValue, InvalidState, PermissionDenied, ResourceDoesNotExist
from local_workspace.files.paths import below
from local_workspace.files.trees.trees import Access, Locate, Tree
from local_workspace.mlflow.artifacts import Artifacts
from local_workspace.mlflow.background import in_background
from local_workspace.mlflow.bulk_runs import delete_runs, restore_runs
from local_workspace.mlflow.calls import PREFIX
from local_workspace.mlflow.catalog.catalog import ModelCatalog
from local_workspace.mlflow.catalog.names import has_three_levels, model_name
from local_workspace.mlflow.server import databricks_errors, mlflow_server, prepare
from local_workspace.settings import Settings

VERSIONS = "/WorkspaceInternal/Mlflow/RegisteredModels"


class Mlflow:
    """MLflow's server of this workspace; its questions raise `ResourceDoesNotExist` for what is not there.

    It takes seconds to import. That happens in a thread, and who needs it before waits for it.
    """

    def __init__(self, settings: Settings, catalog: ModelCatalog, dbfs_file: Locate) -> None:
        prepare(settings)
        self._server = in_background("MLflow", lambda: mlflow_server(settings))
        self._catalog = catalog
        self.artifacts = Artifacts(lambda: self._tracking, settings.artifacts, dbfs_file)

    async def app(self, scope: Scope, receive: Receive, send: Send) -> None:
        """MLflow's ASGI application."""
        server = await asyncio.wrap_future(self._server)
        app = server.calls if scope["path"].startswith(PREFIX) else server.app
        await app(scope, receive, send)

    @property
    def _tracking(self) -> Any:
        return self._server.result().tracking_store

    @property
    def _registry(self) -> Any:
        return self._server.result().registry_store

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

    def delete_runs(self, experiment_id: str, created_until: int, most: int) -> int:
        """Delete an experiment's runs that were created at this time (ms) or before; how many."""
        self.require_experiment(experiment_id)
        with databricks_errors():
            return delete_runs(self._tracking, experiment_id, created_until, most)

    def restore_runs(self, experiment_id: str, deleted_since: int, most: int) -> int:
        """Restore an experiment's runs that were deleted at this time (ms) or later; how many."""
        self.require_experiment(experiment_id)
        with databricks_errors():
            return restore_runs(self._tracking, experiment_id, deleted_since, most)

    def experiment_of(self, run_id: str) -> str | None:
        """The experiment of a run; None if there is no such run."""
        try:
            with databricks_errors():
                return str(self._tracking.get_run(run_id).info.experiment_id)
        except (ResourceDoesNotExist, InvalidParameterValue):
            return None

    def version(self, name: str, version: str) -> Any:
        """MLflow's `ModelVersion` of a registered model."""
        with databricks_errors():
            return self._registry.get_model_version(name, version)

    def require_version(self, name: str, version: str) -> None:
        """A version of a registered model."""
        self.version(name, version)

    def stage(self, name: str) -> str:
        """A stage as MLflow writes it; `InvalidParameterValue` for a name that is none."""
        from mlflow.entities.model_registry.model_version_stages import get_canonical_stage

        with databricks_errors():
            return str(get_canonical_stage(name))  # type: ignore[no-untyped-call]

    def registered_model(self, name: str) -> Any:
        """MLflow's `RegisteredModel`."""
        with databricks_errors():
            return self._registry.get_registered_model(name)

    def require_model_id(self, model_id: str) -> None:
        """A registered model by its id, as `model_id` makes it."""
        try:
            name = bytes.fromhex(model_id).decode()
        except ValueError as error:
            raise ResourceDoesNotExist(
                f"No registered model with the id {model_id[:80]!r} exists."
            ) from error
        self.registered_model(name)

    def transition(self, name: str, version: str, stage: str, *, archive: bool) -> Any:
        """Put a version into another stage, with `archive` in place of those there; the version."""
        with databricks_errors():
            return self._registry.transition_model_version_stage(name, version, stage, archive)

    def version_path(self, name: str, version: str) -> str:
        """The path of a version in the Files API; only signed URLs have it."""
        self.require_version(name, version)
        return f"{VERSIONS}/{_as_segment(name)}/{version}"

    @property
    def versions_tree(self) -> Tree:
        """Versions of the workspace registry in the Files API: their sources, to be read."""
        return Tree(VERSIONS, self._locate_version)

    def _locate_version(self, path: str, access: Access) -> Path:
        name, _, rest = path.removeprefix(VERSIONS + "/").partition("/")
        version, _, file = rest.partition("/")
        if access is Access.WRITE:
            raise PermissionDenied(f"The files of a registered version cannot be changed. ({path})")
        return below(self.artifacts.folder(self._files_of(unquote(name), version)), "/" + file)

    def _files_of(self, name: str, version: str) -> str:
        """Where a version's files are: its source, or those of the version that it is a copy of."""
        with databricks_errors():
            return str(self._registry.get_model_version_download_uri(name, version))

    def model_folder(self, name: str, version: str) -> Path:
        """The folder with the version's `MLmodel`; `InvalidState` for a version that is not READY.

        A name of three levels is one of Unity Catalog, any other one of the workspace registry.
        """
        if has_three_levels(name):
            return self._catalog.model_folder(model_name(name), version)
        found = self.version(name, version)
        if found.status != "READY":
            raise InvalidState(f"Version {version} of model {name!r} is {found.status}, not READY.")
        folder = self.artifacts.folder(self._files_of(name, version))
        if not (folder / "MLmodel").is_file():
            raise InvalidState(f"Version {version} of model {name!r} has no MLmodel file at {found.source}.")
        return folder


def _as_segment(name: str) -> str:
    """A model's name as one segment of a path: hardly longer than it is, as file systems limit segments."""
    return name.replace("%", "%25").replace("/", "%2F")


def model_id(name: str) -> str:
    """The id of a registered model, which a URL takes whatever is in its name."""
    return name.encode().hex()
