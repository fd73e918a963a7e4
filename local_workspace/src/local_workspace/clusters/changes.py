"""Changes of a cluster that is there: another request, size or owner, and pins."""

from collections.abc import Callable, Collection
from typing import Any

from local_workspace.clusters.attributes import path_of, values_at, with_value, without
from local_workspace.clusters.document import JOB, asked_of, spec_of
from local_workspace.clusters.records import PINNED_BY, ClusterRecords, WantedClusters
from local_workspace.clusters.requests import ClusterRequests
from local_workspace.clusters.spec import ClusterSpec
from local_workspace.errors import InvalidState
from local_workspace.messages import parsed
from local_workspace.store import Document

MOST_PINNED = 100


class ClusterChanges:
    """What may be changed of a cluster, and in which of its states."""

    def __init__(
        self,
        records: ClusterRecords,
        requests: ClusterRequests,
        user: str,
        restart: Callable[[str], None],
        message_after_resize: Callable[[str], str],
    ) -> None:
        self._records = records
        self._requests = requests
        self._user = user
        self._restart = restart
        self._message_after_resize = message_after_resize

    def edit(self, cluster_id: str, asked: ClusterSpec) -> None:
        """Make a cluster anew from another request: one that runs restarts, a TERMINATED one stays so."""
        with self._records.changed:
            document = self._in_state(cluster_id, "RUNNING", "TERMINATED")
            spec = self._requests.completed(asked, document["cluster_source"], cluster_id)
            details = {
                "user": self._user,
                "attributes": asked.to_wire(),
                "previous_attributes": asked_of(document).to_wire(),
            }
            changes = {"spec": spec.to_wire(), "asked": asked.to_wire()}
            self._records.change(cluster_id, "EDITED", details, **changes)
            self._restart(cluster_id)

    def update(self, cluster_id: str, mask: Collection[str], fields: dict[str, Any]) -> None:
        """Edit only what the mask names: attributes by their paths; those that `fields` lacks are unset."""
        with self._records.changed:
            asked: dict[str, Any] = asked_of(self._records.get(cluster_id)).to_wire()
            for name in mask:
                path = path_of(name)
                found = next((value for _, value in values_at(fields, path)), None)
                asked = without(asked, path) if found is None else with_value(asked, path, found)
            self.edit(cluster_id, parsed(ClusterSpec, asked))

    def resize(self, cluster_id: str, size: dict[str, Any]) -> None:
        """Ask for another number of workers: `num_workers` or `autoscale`, of a cluster that runs.

        Spark's workers stay until the cluster restarts; `state_message` says how many there are.
        """
        with self._records.changed:
            document = self._in_state(cluster_id, "RUNNING")
            before = spec_of(document)
            asked = parsed(ClusterSpec, _resized(asked_of(document), size))
            spec = parsed(ClusterSpec, _resized(before, size))
            spec.check()
            details = {
                "user": self._user,
                "current_num_workers": before.first_workers,
                "target_num_workers": spec.first_workers,
            }
            self._records.change(cluster_id, "RESIZING", details)
            message = self._message_after_resize(cluster_id)
            changes = {"spec": spec.to_wire(), "asked": asked.to_wire(), "state_message": message}
            self._records.change(cluster_id, "UPSIZE_COMPLETED", details, **changes)

    def pin(self, cluster_id: str) -> None:
        """Keep a cluster in the list for ever; nothing happens if it is pinned."""
        with self._records.changed:
            if self._records.get(cluster_id).get(PINNED_BY):
                return
            if (
                len(self._records.newest(WantedClusters(is_pinned=True), 0, MOST_PINNED).documents)
                == MOST_PINNED
            ):
                raise InvalidState(f"Up to {MOST_PINNED} clusters can be pinned: unpin one first.")
            self._records.change(cluster_id, "PINNED", {"user": self._user}, **{PINNED_BY: self._user})

    def unpin(self, cluster_id: str) -> None:
        """Undo `pin`; nothing happens if the cluster is not pinned."""
        with self._records.changed:
            if self._records.get(cluster_id).get(PINNED_BY):
                details = {"user": self._user}
                self._records.change(cluster_id, "UNPINNED", details, **{PINNED_BY: None})

    def change_owner(self, cluster_id: str, owner: str) -> None:
        """Give a TERMINATED cluster to somebody else."""
        with self._records.changed:
            self._in_state(cluster_id, "TERMINATED")
            self._records.change(cluster_id, "EDITED", {}, creator_user_name=owner)

    def _in_state(self, cluster_id: str, *states: str) -> Document:
        document = self._records.get(cluster_id)
        refuse_of_a_job(document, "changed")
        if document["state"] not in states:
            raise InvalidState(
                f"Cluster {cluster_id} is in unexpected state {document['state'].title()}: it must be "
                f"{' or '.join(states)} for that."
            )
        return document


def refuse_of_a_job(document: Document, done: str) -> None:
    """Refuse what cannot be done with a cluster that a job's run has for itself."""
    if document.get("cluster_source") == JOB:
        raise InvalidState(
            f"Cluster {document['cluster_id']} belongs to a run of a job: it cannot be {done}."
        )


def _resized(spec: ClusterSpec, size: dict[str, Any]) -> dict[str, Any]:
    """The same request with another number of workers, said in one of the two ways."""
    kept = {key: value for key, value in spec.to_wire().items() if key not in ("num_workers", "autoscale")}
    return kept | size
