"""Versions of registered models: https://docs.databricks.com/api/azure/workspace/modelversions

They are created by MLflow's clients alone (`api/mlflow/catalog`), which bring their files.
"""

from typing import Any

from starlette.routing import Route

from local_workspace.api.unity import BASE, VERSIONS
from local_workspace.api.unity.fields import METASTORE_ID, ByFullName, Page, Text
from local_workspace.api.unity.models import ByAlias
from local_workspace.api.wire import Answer, routes
from local_workspace.mlflow.catalog.catalog import ModelCatalog
from local_workspace.mlflow.catalog.names import model_name
from local_workspace.store import Document


class ByVersion(ByFullName):
    """A version of a model."""

    version: str


class Get(ByVersion):
    """`get`."""

    include_aliases: bool = False


class GetByAlias(ByAlias):
    """`get_by_alias`."""

    include_aliases: bool = False


class List(Page):
    """`list`."""

    full_name: str


class Update(ByVersion):
    """`update`."""

    comment: Text | None = None


def model_version_info_routes(models: ModelCatalog) -> list[Route]:
    """Get by number and by alias, list, update, delete."""
    path = f"{BASE}/models/{{full_name}}"
    one = path + "/versions/{version}"

    def with_aliases(version: Document, *, wanted: bool) -> Answer:
        return _shown(version) | ({"aliases": _aliases(models, version)} if wanted else {})

    def get(m: Get) -> Answer:
        found = models.version(model_name(m.full_name), m.version)
        return with_aliases(found, wanted=m.include_aliases)

    def by_alias(m: GetByAlias) -> Answer:
        name = model_name(m.full_name)
        found = models.version(name, models.models.version_of(name, m.alias))
        return with_aliases(found, wanted=m.include_aliases)

    def listed(m: List) -> Answer:
        return m.of([_shown(each) for each in models.versions(model_name(m.full_name))], "model_versions")

    def update(m: Update) -> Answer:
        name = model_name(m.full_name)
        if m.comment is None:
            return _shown(models.version(name, m.version))
        return _shown(models.describe_version(name, m.version, m.comment))

    def delete(m: ByVersion) -> None:
        models.delete_version(model_name(m.full_name), m.version)

    return [
        *routes("GET", f"{path}/versions", List, listed, VERSIONS),
        *routes("GET", one, Get, get, VERSIONS),
        *routes("GET", f"{path}/aliases/{{alias}}", GetByAlias, by_alias, VERSIONS),
        *routes("PATCH", one, Update, update, VERSIONS),
        *routes("DELETE", one, ByVersion, delete, VERSIONS),
    ]


def _shown(version: Document) -> dict[str, Any]:
    levels = model_name(version["name"])
    return {
        "model_name": levels.model,
        "catalog_name": levels.catalog,
        "schema_name": levels.schema,
        "metastore_id": METASTORE_ID,
        "version": int(version["version"]),
        "status": version["status"],
        "source": version["source"],
        "run_id": version["run_id"],
        "comment": version["description"],
        "storage_location": version["storage_location"],
        "created_by": version["user_id"],
        "created_at": version["creation_timestamp"],
        "updated_by": version["user_id"],
        "updated_at": version["last_updated_timestamp"],
    }


def _aliases(models: ModelCatalog, version: Document) -> list[dict[str, Any]]:
    aliases = models.models.get(model_name(version["name"]))["aliases"]
    return [
        {"alias_name": alias, "version_num": int(number)}
        for alias, number in aliases.items()
        if number == version["version"]
    ]
