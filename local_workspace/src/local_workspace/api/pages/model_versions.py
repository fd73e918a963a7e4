"""The page of a model version in Unity Catalog, where Databricks' Catalog Explorer has it."""

from urllib.parse import quote

from starlette.routing import Route

from local_workspace.api.pages.layout import Cell, Link, Page, Table, moment, page_route
from local_workspace.mlflow.catalog.catalog import ModelCatalog
from local_workspace.mlflow.catalog.names import ModelName, has_three_levels
from local_workspace.mlflow.mlflow import Mlflow
from local_workspace.store import Document


def model_version_pages(catalog: ModelCatalog, mlflow: Mlflow) -> list[Route]:
    """One page per version; MLflow's own web page knows only the workspace registry."""

    def version(catalog_name: str, schema: str, model: str, version: str) -> Page:
        name = ModelName(catalog_name, schema, model)
        found = catalog.version(name, version)
        aliases = catalog.models.get(name)["aliases"].items()
        facts: tuple[tuple[str, Cell], ...] = (
            ("Status", found["status"]),
            ("Aliases", ", ".join(alias for alias, number in aliases if number == version) or "none"),
            ("Made from", found["source"]),
            ("MLflow run", _run(mlflow, found)),
            ("Created", moment(found["creation_timestamp"])),
            ("Description", found["description"]),
        )
        tags = Table("Tags", ("Key", "Value"), [(key, value) for key, value in found["tags"].items()])
        return Page(f"{name.full}, version {version}", facts, (tags,))

    return [page_route("/explore/data/models/{catalog_name}/{schema}/{model}/version/{version}", version)]


def version_address(name: str, version: str) -> str:
    """The page of a version, in whichever registry its name is."""
    if has_three_levels(name):
        path = "/".join(quote(level, safe="") for level in name.split("."))
        return f"/explore/data/models/{path}/version/{quote(version, safe='')}"
    return f"/ml/models/{quote(name, safe='')}/versions/{quote(version, safe='')}"


def _run(mlflow: Mlflow, version: Document) -> Cell:
    """A link to the MLflow run that a version is from, if that is of this workspace."""
    run_id = str(version["run_id"])
    experiment = mlflow.experiment_of(run_id)
    if experiment is None:
        return run_id or "none"
    return Link(run_id, f"/ml/experiments/{experiment}/runs/{run_id}")
