"""`unity-catalog/model-versions`: a version is created, its files are sent, and it is finalized."""

import re
from typing import Any

from starlette.routing import Route

from local_workspace.api.mlflow.catalog import BASE
from local_workspace.api.mlflow.catalog.fields import ByName, ByVersion, Search, Tag, as_list, as_map
from local_workspace.api.wire import Answer, routes
from local_workspace.errors import InvalidParameterValue
from local_workspace.messages import Message
from local_workspace.mlflow.catalog.catalog import ModelCatalog
from local_workspace.mlflow.catalog.names import model_name
from local_workspace.signed_urls import MOST_SECONDS
from local_workspace.store import Document

_CONDITION = re.compile(r"""\s*(name|run_id)\s*=\s*(?:'([^']*)'|"([^"]*)")\s*""")
_AND = re.compile(r"\s+and\s+", re.IGNORECASE)
_READ, _READ_WRITE = "MODEL_VERSION_OPERATION_READ", "MODEL_VERSION_OPERATION_READ_WRITE"
_SHOWN = (
    *("name", "version", "creation_timestamp", "last_updated_timestamp", "user_id", "description", "source"),
    *("run_id", "run_tracking_server_id", "model_id", "status", "storage_location"),
)


class Create(ByName):
    """`create`: where the version is from. Its files come after it."""

    source: str
    run_id: str = ""
    run_tracking_server_id: str = ""
    description: str = ""
    model_id: str = ""
    tags: tuple[Tag, ...] = ()


class Describe(ByVersion):
    """`update`."""

    description: str = ""


class SetTag(ByVersion, Tag):
    """`set-tag`."""


class DeleteTag(ByVersion):
    """`delete-tag`."""

    key: str


class Credentials(ByVersion):
    """`generate-temporary-credentials`."""

    operation: str = _READ


def model_version_routes(catalog: ModelCatalog) -> list[Route]:
    """Every method of `model-versions`; stages do not exist in Unity Catalog."""
    path = f"{BASE}/model-versions"

    def answer(version: Document) -> Answer:
        return {"model_version": shown_version(catalog, version)}

    def create(m: Create) -> Answer:
        said = m.model_dump(include={"source", "run_id", "run_tracking_server_id", "description", "model_id"})
        return answer(catalog.create_version(m.model, said, as_map(m.tags)))

    def download_uri(m: ByVersion) -> Answer:
        return {"artifact_uri": catalog.version(m.model, m.version)["storage_location"]}

    def describe(m: Describe) -> Answer:
        return answer(catalog.describe_version(m.model, m.version, m.description))

    return [
        *routes("POST", f"{path}/create", Create, create),
        *routes(
            "POST", f"{path}/finalize", ByVersion, lambda m: answer(catalog.finalize(m.model, m.version))
        ),
        *routes("GET", f"{path}/get", ByVersion, lambda m: answer(catalog.version(m.model, m.version))),
        *routes("PATCH", f"{path}/update", Describe, describe),
        *routes("DELETE", f"{path}/delete", ByVersion, lambda m: catalog.delete_version(m.model, m.version)),
        *routes("GET", f"{path}/search", Search, lambda m: _search(catalog, m)),
        *routes("GET", f"{path}/get-download-uri", ByVersion, download_uri),
        *routes(
            "POST", f"{path}/generate-temporary-credentials", Credentials, lambda m: _credentials(catalog, m)
        ),
        *routes(
            "POST",
            f"{path}/set-tag",
            SetTag,
            lambda m: catalog.tag_version(m.model, m.version, m.key, m.value),
        ),
        *routes(
            "DELETE",
            f"{path}/delete-tag",
            DeleteTag,
            lambda m: catalog.tag_version(m.model, m.version, m.key, None),
        ),
        # What a version was made from is in its `source` and `run_id`; a lineage graph is not kept here.
        *routes("POST", f"{path}/emit-lineage", Message, lambda _: {}),
    ]


def shown_version(catalog: ModelCatalog, version: Document) -> dict[str, Any]:
    """A version as the API gives it: without fields that are empty, with the aliases that mean it."""
    aliases = catalog.models.get(model_name(version["name"]))["aliases"]
    mine = [
        {"alias": alias, "version": each} for alias, each in aliases.items() if each == version["version"]
    ]
    said = {field: version[field] for field in _SHOWN if version[field]}
    return said | {"aliases": mine, "tags": as_list(version)}


def _search(catalog: ModelCatalog, request: Search) -> Answer:
    wanted = {}
    for condition in _AND.split(request.filter) if request.filter.strip() else []:
        found = _CONDITION.fullmatch(condition)
        if found is None:
            raise InvalidParameterValue(
                f"Unsupported filter query: {request.filter[:200]!r}. Ask for name = '…' or run_id = '…'."
            )
        wanted[found[1]] = found[2] or found[3] or ""
    if "name" in wanted:
        wanted["name"] = model_name(wanted["name"]).full
    page = catalog.search_versions(wanted, request.first, request.count)
    return {"model_versions": [shown_version(catalog, each) for each in page.documents]} | request.more(page)


def _credentials(catalog: ModelCatalog, request: Credentials) -> Answer:
    """Storage mode DEFAULT_STORAGE: there is no cloud to have credentials for, files go by signed URLs."""
    if request.operation not in {_READ, _READ_WRITE}:
        raise InvalidParameterValue(
            f"operation must be {_READ} or {_READ_WRITE}, got {request.operation[:80]!r}."
        )
    if request.operation == _READ_WRITE:
        catalog.require_unfinished(request.model, request.version)
    else:
        catalog.version(request.model, request.version)
    expires = catalog.models.now() + MOST_SECONDS * 1000
    return {"credentials": {"storage_mode": "DEFAULT_STORAGE", "expiration_time": expires}}
