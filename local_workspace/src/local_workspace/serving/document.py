"""A serving endpoint as clients see it: its definition, with the states of what is deployed."""

from typing import Any

from local_workspace.serving import served_model
from local_workspace.serving.config import ServedEntity
from local_workspace.serving.deployment import Deployment
from local_workspace.store import Document

IDLE, UPDATING, FAILED = "NOT_UPDATING", "IN_PROGRESS", "UPDATE_FAILED"
SHOWN = (
    "name",
    "id",
    "creator",
    "creation_timestamp",
    "last_updated_timestamp",
    "description",
    "route_optimized",
)


def to_wire(document: Document, active: Deployment | None, pending: Deployment | None) -> Document:
    """`ServingEndpointDetailed`; READY when every version of the configuration in use answers."""
    answer = {field: document[field] for field in SHOWN}
    answer["state"] = {
        "ready": "READY" if active and active.is_ready else "NOT_READY",
        "config_update": document["config_update"],
        "suspend": "NOT_SUSPENDED",
    }
    answer["tags"] = tags_to_wire(document["tags"])
    answer["permission_level"] = "CAN_MANAGE"
    if document.get("rate_limits"):
        answer["rate_limits"] = document["rate_limits"]
    if document["config"]:
        answer["config"] = _config(document, document["config"], active)
    if document["pending_config"]:
        start = {"start_time": document["pending_config"]["start_time"]}
        answer["pending_config"] = _config(document, document["pending_config"], pending) | start
    return answer


def tags_to_wire(tags: dict[str, str]) -> list[dict[str, str]]:
    """`EndpointTag`s."""
    return [{"key": key, "value": value} for key, value in tags.items()]


def _config(document: Document, config: Document, deployment: Deployment | None) -> dict[str, Any]:
    """Both lists are there, whichever was sent: the same entities under their new and old field names."""
    entities, models = [], []
    for fields in config["entities"]:
        entity = ServedEntity.model_validate(fields)
        shown = entity.to_wire() | {
            "creator": document["creator"],
            "creation_timestamp": config["start_time"],
            "state": _state(entity.name, config, deployment),
        }
        entities.append(shown | {"entity_name": entity.entity_name, "entity_version": entity.entity_version})
        models.append(shown | {"model_name": entity.entity_name, "model_version": entity.entity_version})
    routes = [
        {"served_entity_name": name, "served_model_name": name, "traffic_percentage": share}
        for name, share in config["traffic"].items()
    ]
    return {
        "served_entities": entities,
        "served_models": models,
        "traffic_config": {"routes": routes},
        "config_version": config["config_version"],
    }


def _state(name: str, config: Document, deployment: Deployment | None) -> dict[str, str]:
    if deployment is not None:
        model = deployment.models[name]
        return {"deployment": model.state, "deployment_state_message": model.message}
    return {"deployment": served_model.FAILED, "deployment_state_message": config["failures"].get(name, "")}
