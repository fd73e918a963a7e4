"""Policy families: definitions of Databricks' own, which a policy takes over and may change.

https://docs.databricks.com/aws/en/admin/clusters/policy-families
"""

import json
from dataclasses import dataclass
from typing import Any

from local_workspace.errors import ResourceDoesNotExist

_HIDDEN_SINGLE_NODE: dict[str, Any] = {
    "num_workers": {"type": "fixed", "value": 0, "hidden": True},
    "spark_conf.spark.databricks.cluster.profile": {"type": "fixed", "value": "singleNode", "hidden": True},
    "custom_tags.ResourceClass": {"type": "fixed", "value": "SingleNode", "hidden": True},
}


@dataclass(frozen=True)
class PolicyFamily:
    """One family, as the API shows it."""

    policy_family_id: str
    name: str
    description: str
    definition: dict[str, Any]

    def to_wire(self) -> dict[str, str]:
        """`PolicyFamily`; its definition is text."""
        return {
            "policy_family_id": self.policy_family_id,
            "name": self.name,
            "description": self.description,
            "definition": json.dumps(self.definition),
        }


_ALL = (
    PolicyFamily(
        "personal-vm",
        "Personal Compute",
        "Use with small-to-medium data or libraries like pandas and scikit-learn. Spark runs in local mode.",
        {
            "cluster_type": {"type": "fixed", "value": "all-purpose", "hidden": True},
            "node_type_id": {"type": "unlimited", "defaultValue": "Standard_DS3_v2", "isOptional": True},
            "spark_version": {"type": "unlimited", "defaultValue": "auto:latest-lts-ml"},
            "runtime_engine": {
                "type": "unlimited",
                "defaultValue": "STANDARD",
                "isOptional": True,
                "hidden": True,
            },
            "data_security_mode": {"type": "unlimited", "defaultValue": "SINGLE_USER", "isOptional": True},
            "autotermination_minutes": {"type": "unlimited", "defaultValue": 4320, "isOptional": True},
            "instance_pool_id": {"type": "forbidden", "hidden": True},
            "driver_instance_pool_id": {"type": "forbidden", "hidden": True},
            **_HIDDEN_SINGLE_NODE,
        },
    ),
    PolicyFamily(
        "job-cluster",
        "Job Compute",
        "Use for jobs: general purpose compute that ends with its run.",
        {
            "cluster_type": {"type": "fixed", "value": "job"},
            "node_type_id": {"type": "unlimited", "defaultValue": "Standard_DS3_v2", "isOptional": True},
            "spark_version": {"type": "unlimited", "defaultValue": "auto:latest-lts"},
            "num_workers": {"type": "unlimited", "defaultValue": 4, "isOptional": True},
        },
    ),
)
FAMILIES = {family.policy_family_id: family for family in _ALL}


def family(policy_family_id: str) -> PolicyFamily:
    """The family with this id. Raises `ResourceDoesNotExist`."""
    found = FAMILIES.get(policy_family_id)
    if found is None:
        raise ResourceDoesNotExist(f"Policy family {policy_family_id} does not exist.")
    return found
