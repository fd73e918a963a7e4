"""Which runs use a cluster, and since when nobody does."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from local_workspace.clock import Clock
from local_workspace.clusters.document import spec_of
from local_workspace.clusters.records import ClusterRecords
from local_workspace.store import Document


class Usage:
    """The runs on each cluster; a cluster is idle when there are none for `autotermination_minutes`."""

    def __init__(self, records: ClusterRecords, clock: Clock) -> None:
        self._records = records
        self._clock = clock
        self._users: dict[str, set[int]] = {}

    @contextmanager
    def by(self, cluster_id: str, run_id: int) -> Iterator[None]:
        """While inside, the cluster is not idle."""
        with self._records.changed:
            self._users.setdefault(cluster_id, set()).add(run_id)
        try:
            yield
        finally:
            with self._records.changed:
                self._users[cluster_id].discard(run_id)
                self._records.touch(cluster_id)

    def end_idle(self, end: Callable[[Document], None]) -> None:
        """Call `end` for each cluster that has been idle for too long; no run can begin on it meanwhile."""
        for seen in self._records.all():
            # A run may have begun or ended since they were listed: only what is so now counts.
            with self._records.changed:
                cluster_id = seen["cluster_id"]
                if self._records.exists(cluster_id) and self._is_idle(now := self._records.get(cluster_id)):
                    end(now)

    def _is_idle(self, document: Document) -> bool:
        minutes = spec_of(document).autotermination_minutes
        if document["state"] != "RUNNING" or minutes == 0 or self._users.get(document["cluster_id"]):
            return False
        return bool(self._clock.now() - document["last_activity"] >= minutes * 60)
