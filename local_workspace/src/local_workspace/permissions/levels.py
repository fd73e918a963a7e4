"""The levels of each type of object: https://docs.databricks.com/api/azure/workspace/permissions/set"""

LEVELS = {
    "clusters": ("CAN_ATTACH_TO", "CAN_RESTART", "CAN_MANAGE"),
    "cluster-policies": ("CAN_USE",),
    "instance-pools": ("CAN_ATTACH_TO", "CAN_MANAGE"),
    "jobs": ("CAN_VIEW", "CAN_MANAGE_RUN", "IS_OWNER", "CAN_MANAGE"),
    "experiments": ("CAN_READ", "CAN_EDIT", "CAN_MANAGE"),
    "registered-models": (
        "CAN_READ",
        "CAN_EDIT",
        "CAN_MANAGE_STAGING_VERSIONS",
        "CAN_MANAGE_PRODUCTION_VERSIONS",
        "CAN_MANAGE",
    ),
    "serving-endpoints": ("CAN_VIEW", "CAN_QUERY", "CAN_MANAGE"),
    "notebooks": ("CAN_READ", "CAN_RUN", "CAN_EDIT", "CAN_MANAGE"),
    "files": ("CAN_READ", "CAN_RUN", "CAN_EDIT", "CAN_MANAGE"),
    "directories": ("CAN_READ", "CAN_RUN", "CAN_EDIT", "CAN_MANAGE"),
}
# The word for one of them.
SINGULAR = {
    "jobs": "job",
    "clusters": "cluster",
    "cluster-policies": "cluster-policy",
    "instance-pools": "instance-pool",
    "experiments": "mlflowExperiment",
    "registered-models": "registered-model",
    "serving-endpoints": "serving-endpoint",
    "notebooks": "notebook",
    "files": "file",
    "directories": "directory",
}


def owners_level(object_type: str) -> str:
    """What the maker of an object has."""
    return "IS_OWNER" if object_type == "jobs" else LEVELS[object_type][-1]
