"""The clusters in the store and the steps from one state to the next, each with its event.

PENDING → RUNNING → TERMINATING → TERMINATED; PENDING → TERMINATING; TERMINATED → PENDING by clusters/start;
RUNNING → RESTARTING → RUNNING or TERMINATING by clusters/restart.
"""

import threading
from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from local_workspace.clock import Clock, milliseconds
from local_workspace.clusters.document import API, new_document
from local_workspace.clusters.spec import ClusterSpec
from local_workspace.clusters.termination import TerminationReason
from local_workspace.errors import InvalidParameterValue
from local_workspace.store import Condition, Document, Order, Page, Store, is_among, is_set, is_unset

_OF_ITS_NODES = frozenset({"driver", "executors", "spark_context_id"})
STARTING = ("PENDING", "RESTARTING")


@dataclass(frozen=True)
class WantedClusters:
    """Which clusters a list shows (empty: all), and in which order: newest first, or by the field `by`."""

    states: Collection[str] = ()
    sources: Collection[str] = ()
    policy_id: str = ""
    is_pinned: bool = False
    by: str = ""
    descending: bool = True

    @property
    def conditions(self) -> list[Condition]:
        """What must hold for a cluster's document."""
        policies = [self.policy_id] if self.policy_id else []
        wanted = {"state": self.states, "cluster_source": self.sources, "spec.policy_id": policies}
        conditions = [is_among(field, values) for field, values in wanted.items() if values]
        conditions += [is_set(PINNED_BY)] if self.is_pinned else []
        return [*conditions, is_unset("deleted")]


PINNED_BY = "pinned_by_user_name"


class ClusterRecords:
    """Documents of clusters; `changed` is notified at every step and guards steps that belong together."""

    def __init__(self, store: Store, clock: Clock) -> None:
        self._documents = store.collection("clusters")
        self._clock = clock
        self.changed = threading.Condition(threading.RLock())

    def get(self, cluster_id: str) -> Document:
        """The cluster's document; `InvalidParameterValue` if it never existed or was deleted for good."""
        document = self._documents.get(cluster_id)
        if document is None or document.get("deleted"):
            raise InvalidParameterValue(f"Cluster {cluster_id} does not exist")
        return document

    def exists(self, cluster_id: str) -> bool:
        """Whether `get` would find it."""
        document = self._documents.get(cluster_id)
        return document is not None and not document.get("deleted")

    def all(self) -> list[Document]:
        """Every cluster, oldest first, with those that are being deleted for good."""
        return self._documents.values()

    def newest(self, wanted: WantedClusters, first: int, count: int) -> Page:
        """Some of the clusters that are wanted."""
        order = Order(wanted.by, descending=wanted.descending)
        return self._documents.newest(wanted.conditions, first=first, count=count, order=order)

    def add(
        self, cluster_id: str, spec: ClusterSpec, source: str = API, asked: ClusterSpec | None = None
    ) -> None:
        """A new cluster, PENDING; `source`: who made it."""
        document = new_document(cluster_id, spec, asked or spec, source, self._clock.now())
        self._step(document, "CREATING")

    def change(self, cluster_id: str, event: str, details: dict[str, Any], **changes: Any) -> None:
        """Change some fields, without a step from state to state, and keep the event of that."""
        with self.changed:
            self._step(self.get(cluster_id) | changes, event, details)

    def set_restarting(self, cluster_id: str, user: str) -> bool:
        """RUNNING → RESTARTING; tells whether this call did it."""
        with self.changed:
            document = self.get(cluster_id)
            if document["state"] != "RUNNING":
                return False
            now = milliseconds(self._clock.now())
            kept = {key: value for key, value in document.items() if key not in _OF_ITS_NODES}
            state = {"state": "RESTARTING", "state_message": "Restarting Spark", "last_restarted_time": now}
            self._step(kept | state, "RESTARTING", {"user": user})
            return True

    def restart(self, cluster_id: str) -> None:
        """TERMINATED → PENDING."""
        now = milliseconds(self._clock.now())
        document = self.get(cluster_id)
        fresh = {
            key: value
            for key, value in document.items()
            if key not in ("termination_reason", "terminated_time")
        }
        times = {"start_time": now, "last_restarted_time": now}
        self._step(fresh | times | {"state": "PENDING", "state_message": "Starting Spark"}, "STARTING")

    def set_running(self, cluster_id: str, fields: dict[str, Any], message: str = "") -> bool:
        """It runs now, unless its end has begun; tells whether it does. `fields`: of its nodes."""
        with self.changed:
            document = self._documents.get(cluster_id)
            if document is None or document["state"] not in STARTING:
                return False
            state = {"state": "RUNNING", "state_message": message}
            self._step(document | state | fields | {"last_activity": self._clock.now()}, "RUNNING")
            return True

    def set_terminating(self, cluster_id: str, reason: TerminationReason) -> bool:
        """Any state before it → TERMINATING; tells whether this call did it, so the first reason stays."""
        with self.changed:
            document = self._documents.get(cluster_id)
            if document is None or document["state"] not in (*STARTING, "RUNNING"):
                return False
            state = {
                "state": "TERMINATING",
                "state_message": reason.message,
                "termination_reason": reason.to_wire(),
            }
            self._step(document | state, "TERMINATING", {"reason": reason.to_wire()})
            return True

    def set_terminated(self, cluster_id: str) -> None:
        """TERMINATING → TERMINATED; a cluster that is deleted for good is gone now."""
        with self.changed:
            document = self._documents.get(cluster_id)
            if document is None or document["state"] == "TERMINATED":
                return
            kept = {key: value for key, value in document.items() if key not in _OF_ITS_NODES}
            end = {"state": "TERMINATED", "terminated_time": milliseconds(self._clock.now())}
            self._documents.put(cluster_id, kept | end)
            if document.get("deleted"):
                self._documents.delete(cluster_id)
            self.changed.notify_all()

    def mark_deleted(self, cluster_id: str) -> None:
        """From now on the cluster does not exist for clients; its document goes when it has ended."""
        with self.changed:
            if self._documents.update(cluster_id, deleted=True)["state"] == "TERMINATED":
                self._documents.delete(cluster_id)

    def touch(self, cluster_id: str) -> None:
        """The cluster was in use until now."""
        with self.changed:
            if self._documents.get(cluster_id) is not None:
                self._documents.update(cluster_id, last_activity=self._clock.now())

    def note_logs(self, cluster_id: str, status: dict[str, Any]) -> None:
        """How the last delivery of the cluster's logs went."""
        with self.changed:
            if self._documents.get(cluster_id) is not None:
                self._documents.update(cluster_id, cluster_log_status=status)

    def _step(self, document: Document, event: str, event_details: dict[str, Any] | None = None) -> None:
        cluster_id = document["cluster_id"]
        happened = {
            "cluster_id": cluster_id,
            "timestamp": milliseconds(self._clock.now()),
            "type": event,
            "details": event_details or {},
        }
        with self.changed:
            self._documents.put(cluster_id, document | {"events": [*document["events"], happened]})
            self.changed.notify_all()
