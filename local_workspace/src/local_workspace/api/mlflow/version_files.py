"""Files of versions in the workspace registry, as MLflow's client for `databricks` lists and fetches them.

https://github.com/mlflow/mlflow/blob/master/mlflow/store/artifact/databricks_models_artifact_repo.py
"""

from typing import Any

from starlette.routing import Route

from local_workspace.api.files.directories import name_before, page_token
from local_workspace.api.wire import Addressed, Answer, routes
from local_workspace.errors import NotFound, ResourceDoesNotExist
from local_workspace.files.trees.content import file_status, list_folder
from local_workspace.files.trees.trees import Access, Place, Trees
from local_workspace.messages import Message
from local_workspace.mlflow.mlflow import Mlflow
from local_workspace.signed_urls import Purpose, SignedUrls


class OfVersion(Message):
    """`list-artifacts`."""

    name: str
    version: str
    path: str = ""
    page_token: str = ""


class SignedOfVersion(OfVersion, Addressed):
    """`get-signed-download-uri`."""


def version_file_routes(mlflow: Mlflow, trees: Trees, signed_urls: SignedUrls) -> list[Route]:
    """`model-versions/list-artifacts` and `model-versions/get-signed-download-uri`."""

    def place_of(request: OfVersion) -> Place:
        return trees.place(
            f"{mlflow.version_path(request.name, request.version)}/{request.path}", Access.READ
        )

    def listed(request: OfVersion) -> Answer:
        root = mlflow.version_path(request.name, request.version)
        return _listed(place_of(request), root, name_before(request.page_token))

    def signed(request: SignedOfVersion) -> Answer:
        url = signed_urls.url(request.origin, Purpose("GET", place_of(request).path))
        return {"signed_uri": url, "headers": []}

    return [
        *routes("GET", "mlflow/model-versions/list-artifacts", OfVersion, listed),
        *routes("GET", "mlflow/model-versions/get-signed-download-uri", SignedOfVersion, signed),
    ]


def _listed(place: Place, root: str, after: str) -> dict[str, Any]:
    """What is in a folder; of a file, the file itself."""
    if place.file.is_file():
        return {"files": [_shown(place.path, root, file_status(place).st_size)]}
    try:
        page = list_folder(place, after, 0)
    except NotFound as error:
        raise ResourceDoesNotExist(str(error)) from error
    files = [_shown(entry["path"], root, entry.get("file_size")) for entry in page.entries]
    more = {"next_page_token": page_token(page.last_name)} if page.last_name else {}
    return {"files": files} | more


def _shown(path: str, root: str, size: int | None) -> dict[str, Any]:
    """A path below the version; a folder has no size."""
    shown: dict[str, Any] = {"path": path.removeprefix(root + "/"), "is_dir": size is None}
    return shown if size is None else shown | {"file_size": size}
