"""`unity-catalog/registered-models`: models, their tags and aliases."""

from typing import Any

from starlette.routing import Route

from local_workspace.api.mlflow.catalog import BASE
from local_workspace.api.mlflow.catalog.fields import ByName, Search, Tag, as_list, as_map
from local_workspace.api.mlflow.catalog.model_versions import shown_version
from local_workspace.api.wire import Answer, routes
from local_workspace.errors import InvalidParameterValue
from local_workspace.messages import Message
from local_workspace.mlflow.catalog.catalog import ModelCatalog
from local_workspace.mlflow.catalog.names import model_name
from local_workspace.store import Document


class Create(ByName):
    """`create`."""

    description: str = ""
    deployment_job_id: str = ""
    tags: tuple[Tag, ...] = ()


class Update(ByName):
    """`update`: another description, another name, another job, or all of them."""

    description: str | None = None
    deployment_job_id: str | None = None
    new_name: str = ""


class SetTag(ByName, Tag):
    """`set-tag`."""


class DeleteTag(ByName):
    """`delete-tag`."""

    key: str


class ByAlias(ByName):
    """What an alias means."""

    alias: str


class SetAlias(ByAlias):
    """`alias`."""

    version: str


def registered_model_routes(catalog: ModelCatalog) -> list[Route]:
    """Every method of `registered-models`; stages do not exist in Unity Catalog."""
    path, models = f"{BASE}/registered-models", catalog.models

    def set_alias(m: SetAlias) -> Answer:
        version = catalog.version(m.model, m.version)["version"]
        models.set_alias(m.model, m.alias, version)
        return {}

    def by_alias(m: ByAlias) -> Answer:
        version = catalog.version(m.model, models.version_of(m.model, m.alias))
        return {"model_version": shown_version(catalog, version)}

    return [
        *routes("POST", f"{path}/create", Create, lambda m: _create(catalog, m)),
        *routes("GET", f"{path}/get", ByName, lambda m: _answer(models.get(m.model))),
        *routes("PATCH", f"{path}/update", Update, lambda m: _answer(_update(catalog, m))),
        *routes("DELETE", f"{path}/delete", ByName, lambda m: catalog.delete_model(m.model)),
        *routes("GET", f"{path}/search", Search, lambda m: _search(catalog, m)),
        *routes("POST", f"{path}/set-tag", SetTag, lambda m: models.set_tag(m.model, m.key, m.value)),
        *routes("DELETE", f"{path}/delete-tag", DeleteTag, lambda m: models.delete_tag(m.model, m.key)),
        *routes("POST", f"{path}/alias", SetAlias, set_alias),
        *routes("DELETE", f"{path}/alias", ByAlias, lambda m: models.delete_alias(m.model, m.alias)),
        *routes("GET", f"{path}/alias", ByAlias, by_alias),
        *routes("GET", f"{path}:is-databricks-sdk-models-artifact-repository-enabled", Message, _by_sdk),
    ]


def _create(catalog: ModelCatalog, request: Create) -> Answer:
    model = catalog.models.create(request.model, request.description, as_map(request.tags))
    if request.deployment_job_id:
        job = {"deployment_job_id": request.deployment_job_id}
        model = catalog.models.change(request.model, "MANAGE", **job)
    return _answer(model)


def _update(catalog: ModelCatalog, request: Update) -> Document:
    name = request.model
    if request.new_name:
        name = model_name(request.new_name)
        catalog.rename(request.model, name)
    fields = request.model_dump(include={"description", "deployment_job_id"}, exclude_none=True)
    return catalog.models.change(name, "MANAGE", **fields)


def _search(catalog: ModelCatalog, request: Search) -> Answer:
    if request.filter:
        raise InvalidParameterValue("A filter is not supported for registered models in Unity Catalog.")
    page = catalog.models.search(request.first, request.count)
    return {"registered_models": [_shown(each) for each in page.documents]} | request.more(page)


def _by_sdk(_: Message) -> Answer:
    """MLflow sends and fetches files by signed URLs, or by the SDK if its environment says so."""
    return {"is_databricks_sdk_models_artifact_repository_enabled": False}


def _answer(model: Document) -> Answer:
    return {"registered_model": _shown(model)}


def _shown(model: Document) -> dict[str, Any]:
    fields = ("name", "description", "user_id", "creation_timestamp", "last_updated_timestamp")
    aliases = [{"alias": alias, "version": version} for alias, version in model["aliases"].items()]
    shown = {field: model[field] for field in fields} | {"aliases": aliases, "tags": as_list(model)}
    # A job that Databricks runs for each new version: it is kept and told here, and not run.
    job = model.get("deployment_job_id")
    return shown | ({"deployment_job_id": job} if job else {})
