"""How many machines of a pool are taken, and whether a cluster still finds those that it needs."""

from local_workspace.clusters import termination
from local_workspace.clusters.document import spec_of
from local_workspace.clusters.pools.pools import InstancePools
from local_workspace.clusters.records import ClusterRecords
from local_workspace.clusters.spec import ClusterSpec
from local_workspace.clusters.termination import TerminationReason
from local_workspace.errors import ResourceDoesNotExist


class PoolCapacity:
    """Counts the machines that the clusters of a pool would have: their workers, and their drivers."""

    def __init__(self, pools: InstancePools, records: ClusterRecords) -> None:
        self._pools = pools
        self._records = records

    def used(self, pool_id: str, without: str = "") -> int:
        """Those of all clusters that have not ended, but for the cluster `without`."""
        documents = [each for each in self._records.all() if each["state"] != "TERMINATED"]
        specs = [spec_of(each) for each in documents if each["cluster_id"] != without]
        return sum(_machines(spec, pool_id) for spec in specs)

    def refusal(self, cluster_id: str) -> TerminationReason | None:
        """Why a cluster that is to start cannot: a pool of it has too few machines left. Else None."""
        spec = spec_of(self._records.get(cluster_id))
        for pool_id in filter(None, dict.fromkeys((spec.instance_pool_id, spec.driver_instance_pool_id))):
            most, used = self._most(pool_id), self.used(pool_id, without=cluster_id)
            needed = _machines(spec, pool_id)
            if most is not None and used + needed > most:
                return termination.pool_full(pool_id, most, used, needed)
        return None

    def _most(self, pool_id: str) -> int | None:
        try:
            return self._pools.get(pool_id).get("max_capacity")
        except ResourceDoesNotExist:  # deleted since the cluster was made: nothing is counted any more
            return None


def _machines(spec: ClusterSpec, pool_id: str) -> int:
    workers = spec.first_workers if spec.instance_pool_id == pool_id else 0
    drivers = 1 if (spec.driver_instance_pool_id or spec.instance_pool_id) == pool_id else 0
    return workers + drivers
