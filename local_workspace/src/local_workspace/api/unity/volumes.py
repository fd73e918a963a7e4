"""Volumes: https://docs.databricks.com/api/azure/workspace/volumes"""

from starlette.routing import Route

from local_workspace.api.unity import BASE, VERSIONS
from local_workspace.api.unity.fields import ByFullName, Page, Text, Update, shown
from local_workspace.api.wire import Answer, routes
from local_workspace.errors import InvalidParameterValue
from local_workspace.messages import Message
from local_workspace.store import Document
from local_workspace.unity.kinds import SCHEMA, VOLUME
from local_workspace.unity.unity import UnityCatalog

MANAGED = "MANAGED"


class Create(Message):
    """`create`."""

    catalog_name: str
    schema_name: str
    name: str
    volume_type: str
    comment: Text = ""
    storage_location: str = ""


class List(Page):
    """`list`."""

    catalog_name: str
    schema_name: str


def volume_routes(unity: UnityCatalog) -> list[Route]:
    """Create, read, list, update, delete."""
    path = f"{BASE}/volumes"
    one = path + "/{full_name}"

    def listed(m: List) -> Answer:
        schema = str(unity.get(SCHEMA, f"{m.catalog_name}.{m.schema_name}")["full_name"])
        return m.of([_shown(each) for each in unity.inside(VOLUME, schema)], "volumes")

    return [
        *routes("POST", path, Create, lambda m: _create(unity, m), VERSIONS),
        *routes("GET", path, List, listed, VERSIONS),
        *routes("GET", one, ByFullName, lambda m: _shown(unity.get(VOLUME, m.full_name)), VERSIONS),
        *routes("PATCH", one, Update, lambda m: _update(unity, m), VERSIONS),
        *routes("DELETE", one, ByFullName, lambda m: unity.delete_volume(m.full_name), VERSIONS),
    ]


def _create(unity: UnityCatalog, request: Create) -> Answer:
    if request.volume_type != MANAGED or request.storage_location:
        raise InvalidParameterValue(
            f"The local workspace has no external locations: a volume is {MANAGED} and has no "
            "storage_location."
        )
    schema = f"{request.catalog_name}.{request.schema_name}"
    return _shown(unity.create_volume(schema, request.name, {"comment": request.comment}))


def _update(unity: UnityCatalog, request: Update) -> Answer:
    name = request.full_name
    if request.new_name is not None:
        name = unity.rename_volume(name, request.new_name)
    return _shown(unity.update(VOLUME, name, request.changes()))


def _shown(volume: Document) -> Document:
    catalog, schema, _ = volume["full_name"].split(".")
    own = {
        "catalog_name": catalog,
        "schema_name": schema,
        "volume_id": volume["id"],
        "volume_type": MANAGED,
        # On Databricks a folder of a cloud's storage, which clients do not go to: it is the path to use here.
        "storage_location": "dbfs:/Volumes/" + volume["full_name"].replace(".", "/"),
        "browse_only": False,
    }
    return shown(volume) | own
