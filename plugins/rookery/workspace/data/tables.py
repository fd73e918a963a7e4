"""Tables of Unity Catalog, as far as a plan names them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rookery.exceptions import PlanError
from rookery.workspace.questions import refused

if TYPE_CHECKING:
    from databricks.sdk import WorkspaceClient


def table_fact(name: str, version: int | None, workspace: WorkspaceClient) -> str:
    """What a table is, in words. Raises PlanError if there is none, for a view, and for a version of a table
    that has none."""
    # https://docs.databricks.com/api/azure/workspace/tables/get
    from databricks.sdk.errors import NotFound, PermissionDenied

    try:
        found = workspace.tables.get(name)
    except (NotFound, PermissionDenied) as error:
        raise refused(error, f"name another table, or have SELECT granted on {name}") from error
    kind = found.table_type.value if found.table_type else "table"
    kept_as = found.data_source_format.value if found.data_source_format else "unknown format"
    if "VIEW" in kind:
        raise PlanError(f"{name} is a view, which has no version of its own: name a table, or save it as one")
    if version is not None and kept_as != "DELTA":
        raise PlanError(f"{name} is {kept_as}, and only DELTA has versions: leave out `version`")
    return f"{name} is there: {kind}, {kept_as}"
