"""Schemas: https://docs.databricks.com/api/azure/workspace/schemas"""

from pydantic import Field
from starlette.routing import Route

from local_workspace.api.unity import BASE, VERSIONS
from local_workspace.api.unity.catalogs import refuse_new_name
from local_workspace.api.unity.fields import ByFullName, Delete, Page, Properties, Text, Update, shown
from local_workspace.api.wire import Answer, routes
from local_workspace.errors import InvalidParameterValue
from local_workspace.messages import Message
from local_workspace.store import Document
from local_workspace.unity.kinds import CATALOG, SCHEMA
from local_workspace.unity.names import parent
from local_workspace.unity.unity import UnityCatalog


class Create(Message):
    """`create`."""

    catalog_name: str
    name: str
    comment: Text = ""
    properties: Properties = Field(default_factory=dict)
    storage_root: str = ""


class List(Page):
    """`list`."""

    catalog_name: str


def schema_routes(unity: UnityCatalog) -> list[Route]:
    """Create, get, list, update, delete."""
    path = f"{BASE}/schemas"
    one = path + "/{full_name}"

    def listed(m: List) -> Answer:
        catalog = str(unity.get(CATALOG, m.catalog_name)["full_name"])
        return m.of([_shown(each) for each in unity.inside(SCHEMA, catalog)], "schemas")

    def update(m: Update) -> Answer:
        refuse_new_name(m)
        return _shown(unity.update(SCHEMA, m.full_name, m.changes()))

    def delete(m: Delete) -> None:
        unity.delete_schema(m.full_name, force=m.force)

    return [
        *routes("POST", path, Create, lambda m: _create(unity, m), VERSIONS),
        *routes("GET", path, List, listed, VERSIONS),
        *routes("GET", one, ByFullName, lambda m: _shown(unity.get(SCHEMA, m.full_name)), VERSIONS),
        *routes("PATCH", one, Update, update, VERSIONS),
        *routes("DELETE", one, Delete, delete, VERSIONS),
    ]


def _create(unity: UnityCatalog, request: Create) -> Answer:
    if request.storage_root:
        raise InvalidParameterValue("The local workspace does not offer storage_root: leave it out.")
    fields = request.model_dump(include={"comment", "properties"})
    return _shown(unity.create_schema(request.catalog_name, request.name, fields))


def _shown(schema: Document) -> Document:
    own = {
        "catalog_name": parent(schema["full_name"]),
        "catalog_type": "MANAGED_CATALOG",
        "schema_id": schema["id"],
        "browse_only": False,
    }
    return shown(schema) | own
