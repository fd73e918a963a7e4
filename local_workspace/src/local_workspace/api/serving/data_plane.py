"""Route-optimized endpoints are asked beside the workspace's API, with tokens that are good for one of them.

https://docs.databricks.com/machine-learning/model-serving/route-optimization
"""

import json
from typing import Any

from local_workspace.errors import PermissionDenied
from local_workspace.store import Document

PATH = "/data-plane/serving-endpoints"


def with_data_plane(endpoint: Document, origin: str) -> Document:
    """An endpoint as clients see it, with where it is asked if that is not the workspace's API."""
    if not endpoint["route_optimized"]:
        return endpoint
    url = f"{origin}{PATH}/{endpoint['name']}/invocations"
    query = {"endpoint_url": url, "authorization_details": json.dumps([_details(endpoint["id"])])}
    return endpoint | {"endpoint_url": url, "data_plane_info": {"query_info": query}}


def check_details(details: str, name: str, endpoint_id: str) -> None:
    """Raise `PermissionDenied` for a token whose `authorization_details` do not name this endpoint."""
    if _details(endpoint_id) not in _listed(details):
        raise PermissionDenied(
            f"The token is not good for the endpoint '{name}': get one by OAuth, with the "
            "authorization_details that are in the endpoint's data_plane_info."
        )


def _details(endpoint_id: str) -> dict[str, Any]:
    return {
        "type": "workspace_permission",
        "object_type": "serving-endpoints",
        "object_path": f"/serving-endpoints/{endpoint_id}",
        "actions": ["query_inference_endpoint"],
    }


def _listed(details: str) -> list[Any]:
    try:
        found = json.loads(details or "[]")
    except ValueError:
        return []
    return found if isinstance(found, list) else [found]
