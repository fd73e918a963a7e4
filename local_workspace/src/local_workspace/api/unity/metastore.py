"""The metastore of the workspace: https://docs.databricks.com/api/azure/workspace/metastores"""

from starlette.routing import Route

from local_workspace.api.unity import BASE, VERSIONS
from local_workspace.api.unity.fields import METASTORE_ID
from local_workspace.api.wire import Answer, routes
from local_workspace.messages import Message
from local_workspace.settings import Settings
from local_workspace.unity.unity import DEFAULT_CATALOG

_REGION = "westeurope"


def metastore_routes(settings: Settings) -> list[Route]:
    """Which metastore the workspace has; clients tell by it that there is Unity Catalog."""

    def assignment(_: Message) -> Answer:
        return {
            "workspace_id": settings.workspace_id,
            "metastore_id": METASTORE_ID,
            "default_catalog_name": DEFAULT_CATALOG,
        }

    def summary(_: Message) -> Answer:
        return {
            "metastore_id": METASTORE_ID,
            "global_metastore_id": f"azure:{_REGION}:{METASTORE_ID}",
            "name": "local",
            "cloud": "azure",
            "region": _REGION,
            "owner": settings.user_name,
            "privilege_model_version": "1.0",
            "delta_sharing_scope": "INTERNAL",
        }

    return [
        *routes("GET", f"{BASE}/current-metastore-assignment", Message, assignment, VERSIONS),
        *routes("GET", f"{BASE}/metastore_summary", Message, summary, VERSIONS),
    ]
