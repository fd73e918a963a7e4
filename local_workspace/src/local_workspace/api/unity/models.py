"""Registered models: https://docs.databricks.com/api/azure/workspace/registeredmodels

What MLflow's clients ask of the same models is in `api/mlflow/catalog`.
"""

from typing import Any

from starlette.routing import Route

from local_workspace.api.unity import BASE, VERSIONS
from local_workspace.api.unity.fields import METASTORE_ID, ByFullName, Page, Text
from local_workspace.api.wire import Answer, routes
from local_workspace.errors import InvalidParameterValue
from local_workspace.messages import Message
from local_workspace.mlflow.catalog.catalog import ModelCatalog
from local_workspace.mlflow.catalog.models import owner
from local_workspace.mlflow.catalog.names import model_name
from local_workspace.store import Document


class Create(Message):
    """`create`."""

    catalog_name: str
    schema_name: str
    name: str
    comment: Text = ""


class List(Page):
    """`list`: of one schema, or of all."""

    catalog_name: str = ""
    schema_name: str = ""


class Get(ByFullName):
    """`get`."""

    include_aliases: bool = False


class Update(ByFullName):
    """`update`."""

    comment: Text | None = None
    new_name: str = ""
    owner: str = ""


class ByAlias(ByFullName):
    """An alias of a model."""

    alias: str


class SetAlias(ByAlias):
    """`set_alias`."""

    version_num: int


def model_routes(models: ModelCatalog) -> list[Route]:
    """Create, get, list, update, delete, and the aliases."""
    path = f"{BASE}/models"
    one = path + "/{full_name}"
    alias = one + "/aliases/{alias}"

    def get(m: Get) -> Answer:
        found = models.models.get(model_name(m.full_name))
        return shown_model(found) | ({"aliases": _aliases(found)} if m.include_aliases else {})

    def delete_alias(m: ByAlias) -> None:
        models.models.delete_alias(model_name(m.full_name), m.alias)

    return [
        *routes("POST", path, Create, lambda m: _create(models, m), VERSIONS),
        *routes("GET", path, List, lambda m: _list(models, m), VERSIONS),
        *routes("GET", one, Get, get, VERSIONS),
        *routes("PATCH", one, Update, lambda m: _update(models, m), VERSIONS),
        *routes("DELETE", one, ByFullName, lambda m: models.delete_model(model_name(m.full_name)), VERSIONS),
        *routes("PUT", alias, SetAlias, lambda m: _set_alias(models, m), VERSIONS),
        *routes("DELETE", alias, ByAlias, delete_alias, VERSIONS),
    ]


def _create(models: ModelCatalog, request: Create) -> Answer:
    name = model_name(".".join((request.catalog_name, request.schema_name, request.name)))
    return shown_model(models.models.create(name, request.comment, {}))


def _list(models: ModelCatalog, request: List) -> Answer:
    if bool(request.catalog_name) is not bool(request.schema_name):
        raise InvalidParameterValue("catalog_name and schema_name must be given together, or neither.")
    schema = f"{request.catalog_name}.{request.schema_name}" if request.schema_name else ""
    return request.of([shown_model(each) for each in models.models.inside(schema)], "registered_models")


def _update(models: ModelCatalog, request: Update) -> Answer:
    name = model_name(request.full_name)
    if request.new_name:
        renamed = model_name(f"{name.full_schema}.{request.new_name}")
        models.rename(name, renamed)
        name = renamed
    fields = {} if request.comment is None else {"description": request.comment}
    if request.owner:
        fields["owner"] = request.owner
    return shown_model(models.models.change(name, "MANAGE", **fields))


def _set_alias(models: ModelCatalog, request: SetAlias) -> Answer:
    name = model_name(request.full_name)
    version = str(models.version(name, str(request.version_num))["version"])
    models.models.set_alias(name, request.alias, version)
    return _alias(request.alias, version)


def shown_model(model: Document) -> dict[str, Any]:
    """A model as this API gives it."""
    levels = model_name(model["name"])
    return {
        "name": levels.model,
        "catalog_name": levels.catalog,
        "schema_name": levels.schema,
        "full_name": levels.full,
        "metastore_id": METASTORE_ID,
        "owner": owner(model),
        "comment": model["description"],
        "created_by": model["user_id"],
        "created_at": model["creation_timestamp"],
        "updated_by": model["user_id"],
        "updated_at": model["last_updated_timestamp"],
        "browse_only": False,
    }


def _aliases(model: Document) -> list[dict[str, Any]]:
    return [_alias(alias, version) for alias, version in model["aliases"].items()]


def _alias(alias: str, version: str) -> dict[str, Any]:
    return {"alias_name": alias, "version_num": int(version)}
