"""Catalogs: https://docs.databricks.com/api/azure/workspace/catalogs"""

from pydantic import Field
from starlette.routing import Route

from local_workspace.api.unity import BASE, VERSIONS
from local_workspace.api.unity.fields import ByFullName, Delete, Page, Properties, Text, Update, shown
from local_workspace.api.wire import Answer, routes
from local_workspace.errors import InvalidParameterValue
from local_workspace.messages import Message
from local_workspace.store import Document
from local_workspace.unity.kinds import CATALOG
from local_workspace.unity.unity import UnityCatalog

# What would lead to data that is not here.
_NOT_OFFERED = ("connection_name", "provider_name", "share_name", "storage_root")


class Create(Message):
    """`create`."""

    name: str
    comment: Text = ""
    properties: Properties = Field(default_factory=dict)
    connection_name: str = ""
    provider_name: str = ""
    share_name: str = ""
    storage_root: str = ""


def catalog_routes(unity: UnityCatalog) -> list[Route]:
    """Create, get, list, update, delete."""
    path = f"{BASE}/catalogs"
    one = path + "/{full_name}"

    def listed(page: Page) -> Answer:
        return page.of([_shown(each) for each in unity.inside(CATALOG, "")], "catalogs")

    def delete(m: Delete) -> None:
        unity.delete_catalog(m.full_name, force=m.force)

    return [
        *routes("POST", path, Create, lambda m: _create(unity, m), VERSIONS),
        *routes("GET", path, Page, listed, VERSIONS),
        *routes("GET", one, ByFullName, lambda m: _shown(unity.get(CATALOG, m.full_name)), VERSIONS),
        *routes("PATCH", one, Update, lambda m: _update(unity, m), VERSIONS),
        *routes("DELETE", one, Delete, delete, VERSIONS),
    ]


def _create(unity: UnityCatalog, request: Create) -> Answer:
    for field in _NOT_OFFERED:
        if getattr(request, field):
            raise InvalidParameterValue(f"The local workspace does not offer {field}: leave it out.")
    fields = request.model_dump(include={"comment", "properties"})
    return _shown(unity.create_catalog(request.name, fields))


def _update(unity: UnityCatalog, request: Update) -> Answer:
    refuse_new_name(request)
    return _shown(unity.update(CATALOG, request.full_name, request.changes()))


def refuse_new_name(request: Update) -> None:
    """Catalogs and schemas keep their names here, as the names are in those of all that they hold."""
    if request.new_name is not None:
        raise InvalidParameterValue("The local workspace does not rename catalogs and schemas.")


def _shown(catalog: Document) -> Document:
    own = {"catalog_type": "MANAGED_CATALOG", "isolation_mode": "OPEN", "browse_only": False}
    return shown(catalog) | own
