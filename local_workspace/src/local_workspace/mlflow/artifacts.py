"""Where the artifacts of runs and logged models are: by the URIs that MLflow's stores keep, and by the paths
of the Files API below `/WorkspaceInternal/Mlflow/Artifacts`.
"""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from local_workspace.errors import InvalidParameterValue, NotFound, PermissionDenied, ResourceDoesNotExist
from local_workspace.files.paths import below
from local_workspace.files.trees.trees import Access, Locate, Tree
from local_workspace.mlflow.server import databricks_errors

PREFIX = "/WorkspaceInternal/Mlflow/Artifacts"
_PATH = re.compile(
    rf"{PREFIX}/(?P<experiment>[^/]+)/(?P<kind>Runs|LoggedModels|Traces)/(?P<id>[^/]+)/artifacts(?P<rest>(/.*)?)",
    re.DOTALL,
)


class Artifacts:
    """The folders of MLflow's artifacts; its questions raise `ResourceDoesNotExist` for what is not there.

    `dbfs_file` finds, or refuses, a path of DBFS or of a volume.
    """

    def __init__(self, tracking_store: Callable[[], Any], folder: Path, dbfs_file: Locate) -> None:
        self._tracking_store = tracking_store
        self._folder = folder
        self._dbfs_file = dbfs_file

    @property
    def tree(self) -> Tree:
        """Artifacts in the Files API."""
        return Tree(PREFIX, self._locate)

    def run_path(self, run_id: str) -> str:
        """The path of a run's artifacts in the Files API."""
        with databricks_errors():
            experiment, _ = self._owner("Runs", run_id)
        return f"{PREFIX}/{experiment}/Runs/{run_id}/artifacts"

    def logged_model_path(self, model_id: str) -> str:
        """The path of a logged model's files in the Files API."""
        with databricks_errors():
            experiment, _ = self._owner("LoggedModels", model_id)
        return f"{PREFIX}/{experiment}/LoggedModels/{model_id}/artifacts"

    def trace_path(self, trace_id: str) -> str:
        """The path of a trace's data in the Files API; only signed URLs have it."""
        with databricks_errors():
            experiment, _ = self._owner("Traces", trace_id)
        return f"{PREFIX}/{experiment}/Traces/{trace_id}/artifacts"

    def volume_of(self, run_id: str) -> str | None:
        """The path of a run's artifacts in a volume, if its experiment keeps them in one."""
        with databricks_errors():
            uri = str(self._tracking_store().get_run(run_id).info.artifact_uri)
        return uri.removeprefix("dbfs:") if uri.startswith("dbfs:/") else None

    def folder(self, uri: str, access: Access = Access.READ) -> Path:
        """The folder of a source or an artifact URI: `mlflow-artifacts:/…`, `runs:/…`, `models:/m-…`, or
        `dbfs:/…` for what somebody has put on DBFS or into a volume."""
        if uri.startswith("dbfs:/"):
            return self._dbfs_file(uri.removeprefix("dbfs:"), access)
        parts = urlsplit(self._artifact_uri(uri))
        return below(self._folder, "/" + unquote(parts.path).lstrip("/"))

    def _artifact_uri(self, uri: str) -> str:
        parts = urlsplit(uri)
        head, _, rest = parts.path.lstrip("/").partition("/")
        with databricks_errors():
            if parts.scheme == "runs":
                return f"{self._tracking_store().get_run(head).info.artifact_uri}/{rest}"
            if parts.scheme == "models":
                return f"{self._tracking_store().get_logged_model(head).artifact_location}/{rest}"
        if parts.scheme != "mlflow-artifacts":
            raise InvalidParameterValue(f"The source {uri!r} is not in this workspace.")
        return uri

    def _locate(self, path: str, access: Access) -> Path:
        """What is no path of artifacts is refused as 403: a 404 means to clients that a folder is empty."""
        asked = _PATH.fullmatch(path)
        if asked is None:
            raise PermissionDenied(
                f"Access to {path} is denied: it is no path of a run's or a model's artifacts."
            )
        try:
            with databricks_errors():
                owner, uri = self._owner(asked["kind"], asked["id"])
        except ResourceDoesNotExist as error:
            raise NotFound(str(error)) from error
        if owner != asked["experiment"]:
            raise NotFound(f"{asked['id']} does not belong to experiment {asked['experiment']}.")
        return below(self.folder(uri, access), asked["rest"] or "/")

    def _owner(self, kind: str, name: str) -> tuple[str, str]:
        """The experiment and the artifact URI of a run, a logged model or a trace."""
        if kind == "Runs":
            run = self._tracking_store().get_run(name).info
            return run.experiment_id, run.artifact_uri
        if kind == "Traces":
            trace = self._tracking_store().get_trace_info(name)
            return trace.experiment_id, trace.tags["mlflow.artifactLocation"]
        model = self._tracking_store().get_logged_model(name)
        return model.experiment_id, model.artifact_location
