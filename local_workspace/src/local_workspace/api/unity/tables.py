"""Tables, of which there are none here: https://docs.databricks.com/api/azure/workspace/tables

Spark's own catalog of a cluster has those with names of two parts, and no API tells of them.
"""

from starlette.routing import Route

from local_workspace.api.unity import BASE, VERSIONS
from local_workspace.api.unity.fields import ByFullName, Page
from local_workspace.api.wire import Answer, routes
from local_workspace.errors import SecurableNotFound
from local_workspace.unity.kinds import SCHEMA
from local_workspace.unity.names import checked_full_name
from local_workspace.unity.unity import UnityCatalog


class List(Page):
    """`list`."""

    catalog_name: str
    schema_name: str


def table_routes(unity: UnityCatalog) -> list[Route]:
    """List and get."""
    path = f"{BASE}/tables"

    def listed(m: List) -> Answer:
        unity.get(SCHEMA, f"{m.catalog_name}.{m.schema_name}")
        return m.of([], "tables")

    return [
        *routes("GET", path, List, listed, VERSIONS),
        *routes("GET", path + "/{full_name}", ByFullName, _get, VERSIONS),
    ]


def _get(message: ByFullName) -> Answer:
    name = checked_full_name(message.full_name, 3)
    raise SecurableNotFound("Table", name)
