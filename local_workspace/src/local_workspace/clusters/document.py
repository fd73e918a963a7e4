"""A cluster as it is kept in the store, and as clusters/get shows it (`ClusterDetails`)."""

from typing import Any

from local_workspace.clock import milliseconds
from local_workspace.clusters.node_types import node_type
from local_workspace.clusters.spec import DEDICATED, ClusterSpec
from local_workspace.settings import Settings
from local_workspace.store import Document

# Who made it: a client of the API, or a job's run.
API, JOB = "API", "JOB"
# What the simple form (`kind` and `is_single_node`) stands for.
_SINGLE_NODE_CONF = {"spark.databricks.cluster.profile": "singleNode", "spark.master": "local[*]"}
_SINGLE_NODE_TAGS = {"ResourceClass": "SingleNode"}


def new_document(cluster_id: str, spec: ClusterSpec, asked: ClusterSpec, source: str, now: float) -> Document:
    """A cluster that was just asked for; `spec` is what came of it with its policy and its pools."""
    return {
        "cluster_id": cluster_id,
        "cluster_source": source,
        "spec": spec.to_wire(),
        "asked": asked.to_wire(),
        "state": "PENDING",
        "state_message": "Starting Spark",
        "start_time": milliseconds(now),
        "last_restarted_time": milliseconds(now),
        "events": [],
    }


def spec_of(document: Document) -> ClusterSpec:
    """What the cluster is made with."""
    return ClusterSpec.model_validate(document["spec"])


def asked_of(document: Document) -> ClusterSpec:
    """The request, before its policy and its pools filled in the rest."""
    return ClusterSpec.model_validate(document.get("asked", document["spec"]))


def details(document: Document, settings: Settings) -> dict[str, Any]:
    """`ClusterDetails`: `state_message` and `num_workers` are always there, clients read them unguarded."""
    spec = spec_of(document)
    kept = {key: value for key, value in document.items() if key not in _INTERNAL}
    shown = _from_spec(spec, settings) | _tags(document["cluster_id"], spec, settings) | kept
    return shown | {"spec": document.get("asked", document["spec"])}


_INTERNAL = frozenset({"asked", "events", "last_activity", "deleted"})


def _from_spec(spec: ClusterSpec, settings: Settings) -> dict[str, Any]:
    each = node_type(spec.node_type_id)
    size = node_type(spec.driver_node_type_id or spec.node_type_id)
    single_user = settings.user_name if spec.data_security_mode in DEDICATED else None
    logs = spec.cluster_log_conf
    optional = {
        "autoscale": spec.autoscale.model_dump() if spec.autoscale else None,
        "data_security_mode": spec.data_security_mode,
        "single_user_name": spec.single_user_name or single_user,
        "kind": spec.kind,
        "is_single_node": spec.is_single_node if spec.kind else None,
        "use_ml_runtime": spec.use_ml_runtime if spec.kind else None,
        "workload_type": spec.workload_type,
        "cluster_log_conf": logs.model_dump(exclude_none=True) if logs else None,
        "policy_id": spec.policy_id,
        "instance_pool_id": spec.instance_pool_id,
        "driver_instance_pool_id": spec.driver_instance_pool_id,
    }
    return {
        "cluster_name": spec.cluster_name,
        "spark_version": spec.spark_version,
        "node_type_id": spec.node_type_id,
        "driver_node_type_id": spec.driver_node_type_id or spec.node_type_id,
        "num_workers": spec.first_workers,
        "spark_conf": (_SINGLE_NODE_CONF if spec.is_single_node else {}) | spec.spark_conf,
        "spark_env_vars": spec.spark_env_vars,
        "autotermination_minutes": spec.autotermination_minutes,
        "runtime_engine": spec.runtime_engine,
        "init_scripts": [script.model_dump(exclude_none=True) for script in spec.init_scripts],
        "enable_elastic_disk": spec.enable_elastic_disk,
        "azure_attributes": {
            "first_on_demand": 1,
            "availability": "ON_DEMAND_AZURE",
            "spot_bid_max_price": -1.0,
        }
        | spec.azure_attributes,
        "cluster_source": API,
        "creator_user_name": settings.user_name,
        "cluster_cores": float(size.num_cores + spec.first_workers * each.num_cores),
        "cluster_memory_mb": size.memory_mb + spec.first_workers * each.memory_mb,
        "executors": [],
        **{key: value for key, value in optional.items() if value is not None},
    }


def _tags(cluster_id: str, spec: ClusterSpec, settings: Settings) -> dict[str, Any]:
    return {
        "custom_tags": (_SINGLE_NODE_TAGS if spec.is_single_node else {}) | spec.custom_tags,
        "default_tags": {
            "Vendor": "Databricks",
            "Creator": settings.user_name,
            "ClusterName": spec.cluster_name,
            "ClusterId": cluster_id,
            **({"DatabricksInstancePoolId": spec.instance_pool_id} if spec.instance_pool_id else {}),
        },
    }
