"""The machine sizes that a cluster may name. Every cluster runs on this machine; a size is only checked.

With decoys for clients that choose by themselves: a GPU, a deprecated one, one the subscription lacks.
"""

from dataclasses import dataclass
from typing import Any

from local_workspace.errors import InvalidParameterValue


@dataclass(frozen=True)
class NodeType:
    """An Azure virtual machine size as `clusters/list-node-types` shows it."""

    node_type_id: str
    num_cores: int
    memory_mb: int
    category: str = "General Purpose"
    num_gpus: int = 0
    is_deprecated: bool = False
    unavailable: bool = False
    local_disk_gb: int = 0

    def to_wire(self) -> dict[str, Any]:
        """All fields that clients read; the SDK's `local_disk=True` needs `node_instance_type`."""
        status = ["NotEnabledOnSubscription"] if self.unavailable else []
        return {
            "node_type_id": self.node_type_id,
            "instance_type_id": self.node_type_id,
            "description": self.node_type_id,
            "category": self.category,
            "num_cores": float(self.num_cores),
            "memory_mb": self.memory_mb,
            "num_gpus": self.num_gpus,
            "is_deprecated": self.is_deprecated,
            "is_hidden": False,
            "is_io_cache_enabled": self.local_disk_gb > 0,
            "is_graviton": False,
            "support_port_forwarding": True,
            "support_cluster_tags": True,
            "photon_worker_capable": False,
            "photon_driver_capable": False,
            "node_instance_type": {
                "instance_type_id": self.node_type_id,
                "local_disks": 1 if self.local_disk_gb else 0,
                "local_disk_size_gb": self.local_disk_gb,
                "local_nvme_disks": 0,
                "local_nvme_disk_size_gb": 0,
            },
            "node_info": {"status": status, "available_core_quota": 0 if status else 350},
        }


_ALL = (
    NodeType("Standard_DS3_v2", 4, 14336, local_disk_gb=28),
    NodeType("Standard_DS4_v2", 8, 28672, local_disk_gb=56),
    NodeType("Standard_D4ds_v5", 4, 16384, local_disk_gb=150),
    NodeType("Standard_F4s", 4, 8192, "Compute Optimized", local_disk_gb=16),
    NodeType("Standard_NC4as_T4_v3", 4, 28672, "GPU Accelerated", num_gpus=1, local_disk_gb=176),
    NodeType("Standard_E4s_v4", 4, 32768, "Memory Optimized", unavailable=True),
    NodeType("Standard_D3_v2", 4, 14336, is_deprecated=True, local_disk_gb=200),
)
NODE_TYPES: dict[str, NodeType] = {node_type.node_type_id: node_type for node_type in _ALL}


def node_type(node_type_id: str) -> NodeType:
    """The size with this id; `InvalidParameterValue` if there is none or the subscription lacks it."""
    found = NODE_TYPES.get(node_type_id)
    if found is None or found.unavailable:
        usable = ", ".join(name for name, each in NODE_TYPES.items() if not each.unavailable)
        raise InvalidParameterValue(
            f"Node type {node_type_id} is not supported. Supported node types: {usable}"
        )
    return found
