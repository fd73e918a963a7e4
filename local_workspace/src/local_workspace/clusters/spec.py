"""What a client asks for when it creates a cluster, checked as Databricks checks it.

https://docs.databricks.com/api/azure/workspace/clusters/create
"""

from typing import Any, Literal

from pydantic import ConfigDict, Field

from local_workspace.clusters.init_scripts.script import MOST_INIT_SCRIPTS, InitScript
from local_workspace.clusters.logs.conf import ClusterLogConf
from local_workspace.clusters.node_types import node_type
from local_workspace.clusters.runtimes.offered import check_runtime
from local_workspace.errors import InvalidParameterValue
from local_workspace.messages import Message

SecurityMode = Literal[
    "NONE",
    "SINGLE_USER",
    "USER_ISOLATION",
    "DATA_SECURITY_MODE_AUTO",
    "DATA_SECURITY_MODE_DEDICATED",
    "DATA_SECURITY_MODE_STANDARD",
    "LEGACY_PASSTHROUGH",
    "LEGACY_SINGLE_USER",
    "LEGACY_SINGLE_USER_STANDARD",
    "LEGACY_TABLE_ACL",
]
DEDICATED = frozenset({"SINGLE_USER", "DATA_SECURITY_MODE_DEDICATED"})
PROFILE = "spark.databricks.cluster.profile"
MOST_CUSTOM_TAGS = 45
_SINGLE_NODE = (
    'spark_conf {"spark.databricks.cluster.profile": "singleNode", "spark.master": "local[*]"} and '
    'custom_tags {"ResourceClass": "SingleNode"} with num_workers 0, or kind CLASSIC_PREVIEW with '
    "is_single_node."
)
_REFUSED = {
    "docker_image": "Databricks Container Services",
    "clone_from": "cloning clusters",
}


class Autoscale(Message):
    """Between how many workers a cluster may scale; it starts with `min_workers`."""

    min_workers: int
    max_workers: int


class ClusterSpec(Message):
    """The fields of clusters/create that have an effect here, or are kept and shown."""

    model_config = ConfigDict(coerce_numbers_to_str=True)

    spark_version: str = ""
    node_type_id: str = ""
    driver_node_type_id: str = ""
    num_workers: int | None = None
    autoscale: Autoscale | None = None
    cluster_name: str = ""
    autotermination_minutes: int = 120
    spark_conf: dict[str, str] = Field(default_factory=dict)
    spark_env_vars: dict[str, str] = Field(default_factory=dict)
    custom_tags: dict[str, str] = Field(default_factory=dict)
    data_security_mode: SecurityMode | None = None
    single_user_name: str | None = None
    runtime_engine: Literal["STANDARD", "PHOTON", "NULL"] = "STANDARD"
    azure_attributes: dict[str, Any] = Field(default_factory=dict)
    enable_elastic_disk: bool = False
    kind: Literal["CLASSIC_PREVIEW"] | None = None
    is_single_node: bool = False
    use_ml_runtime: bool = False
    workload_type: dict[str, Any] | None = None
    instance_pool_id: str | None = None
    driver_instance_pool_id: str | None = None
    policy_id: str | None = None
    apply_policy_default_values: bool = False
    init_scripts: list[InitScript] = Field(default_factory=list, max_length=MOST_INIT_SCRIPTS)
    cluster_log_conf: ClusterLogConf | None = None
    docker_image: Any = None
    clone_from: Any = None

    def check_as_asked(self) -> None:
        """Check what can be checked before a policy and pools have filled in the rest."""
        if not self.policy_id and not self.instance_pool_id:
            self.check()
            return
        self._check_offered()
        if self.spark_version:
            check_runtime(self.spark_version)

    def check(self) -> None:
        """Raise `InvalidParameterValue` for what Databricks refuses and for what cannot be done here."""
        self._check_offered()
        if not self.spark_version:
            raise InvalidParameterValue("Missing required field: spark_version")
        check_runtime(self.spark_version)
        self._check_nodes()
        self._check_limits()
        if self.is_single_node and not self.kind:
            raise InvalidParameterValue("is_single_node can only be used with kind (CLASSIC_PREVIEW).")
        if self.runtime_engine == "PHOTON":
            raise InvalidParameterValue("runtime_engine PHOTON is not supported by this workspace.")

    def _check_offered(self) -> None:
        for field, instead in _REFUSED.items():
            if getattr(self, field):
                raise InvalidParameterValue(f"{field} is not supported by this workspace ({instead}).")
        for script in self.init_scripts:
            script.check()
        if self.cluster_log_conf is not None:
            self.cluster_log_conf.check()

    def _check_nodes(self) -> None:
        if not self.node_type_id:
            raise InvalidParameterValue("Missing required field: node_type_id")
        node_type(self.node_type_id)
        node_type(self.driver_node_type_id or self.node_type_id)
        if self.autoscale is not None:
            self._check_autoscale(self.autoscale)
        elif self.num_workers is None and not self.is_single_node:
            raise InvalidParameterValue("Missing required field: num_workers")
        if self.num_workers is not None and self.num_workers < 0:
            raise InvalidParameterValue(f"num_workers must not be negative, got {self.num_workers}")
        if self.first_workers and (self._says_single_node or "spark.master" in self.spark_conf):
            raise InvalidParameterValue(
                f"A single node cluster has no workers, got {self.first_workers}: set num_workers to 0, or "
                f"leave out is_single_node, and {PROFILE} and spark.master of spark_conf."
            )
        if not self.first_workers and not self._says_single_node:
            raise InvalidParameterValue(
                "num_workers can be 0 for single node clusters only: with neither workers nor the "
                f"single node profile, no Spark task could run. Set {_SINGLE_NODE}"
            )

    def _check_autoscale(self, limits: Autoscale) -> None:
        if self.num_workers is not None:
            raise InvalidParameterValue("num_workers and autoscale cannot both be set.")
        if limits.min_workers < 1:
            raise InvalidParameterValue(f"autoscale.min_workers must be at least 1, got {limits.min_workers}")
        if limits.max_workers <= limits.min_workers:
            raise InvalidParameterValue(
                f"autoscale.max_workers must be greater than min_workers, got {limits.max_workers} with "
                f"min_workers {limits.min_workers}"
            )

    @property
    def first_workers(self) -> int:
        """How many workers the cluster starts with; 0 for a single node."""
        return self.autoscale.min_workers if self.autoscale else self.num_workers or 0

    @property
    def _says_single_node(self) -> bool:
        return self.is_single_node or self.spark_conf.get(PROFILE) == "singleNode"

    def _check_limits(self) -> None:
        minutes = self.autotermination_minutes
        if minutes and not 10 <= minutes <= 10_000:
            raise InvalidParameterValue(
                f"autotermination_minutes must be 0 or between 10 and 10000, got {minutes}"
            )
        if len(self.custom_tags) > MOST_CUSTOM_TAGS:
            raise InvalidParameterValue(
                f"custom_tags: at most {MOST_CUSTOM_TAGS} tags, got {len(self.custom_tags)}"
            )

    def to_wire(self) -> dict[str, Any]:
        """The request as it was understood, as `spec` of the cluster shows it."""
        return self.model_dump(exclude_none=True, exclude_unset=True)
