"""From what a client asks for to what a cluster is made with: its policy and its pools fill in the rest."""

from local_workspace.clusters.policies.policies import ClusterPolicies
from local_workspace.clusters.pools.pools import InstancePools
from local_workspace.clusters.records import ClusterRecords
from local_workspace.clusters.spark.conf import check_spark_conf
from local_workspace.clusters.spec import ClusterSpec
from local_workspace.errors import InvalidParameterValue


class ClusterRequests:
    """Completes and checks requests."""

    def __init__(self, policies: ClusterPolicies, pools: InstancePools, records: ClusterRecords) -> None:
        self._policies = policies
        self._pools = pools
        self._records = records

    def completed(self, asked: ClusterSpec, source: str, cluster_id: str = "") -> ClusterSpec:
        """The whole specification. Raises `InvalidParameterValue` for what is refused.

        `cluster_id`: the cluster that becomes this, if it is there already.
        """
        spec = self._pools.applied(self._policies.applied(asked, source))
        spec.check()
        check_spark_conf(spec.spark_conf)
        if spec.policy_id:
            self._check_number(spec.policy_id, cluster_id)
        return spec

    def _check_number(self, policy_id: str, cluster_id: str) -> None:
        most = self._policies.most_clusters(policy_id)
        if most is None:
            return
        others = [
            each
            for each in self._records.all()
            if each["spec"].get("policy_id") == policy_id
            and each["state"] not in ("TERMINATING", "TERMINATED")
            and each["cluster_id"] != cluster_id
        ]
        if len(others) >= most:
            raise InvalidParameterValue(
                f"Cluster validation error: the policy {policy_id} allows {most} clusters per user at once, "
                f"and there are {len(others)}."
            )
