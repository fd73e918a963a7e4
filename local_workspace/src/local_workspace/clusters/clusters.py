"""Clusters: what clients may ask of them, who uses them, and the end of those that nobody uses."""

import secrets
import string
import threading
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from local_workspace.clock import Clock
from local_workspace.clusters import termination
from local_workspace.clusters.changes import ClusterChanges, refuse_of_a_job
from local_workspace.clusters.document import API, JOB, details, spec_of
from local_workspace.clusters.keeper import ClusterKeeper, Means
from local_workspace.clusters.libraries.libraries import ClusterLibraries
from local_workspace.clusters.policies.policies import ClusterPolicies
from local_workspace.clusters.pools.capacity import PoolCapacity
from local_workspace.clusters.pools.pools import InstancePools
from local_workspace.clusters.records import ClusterRecords, WantedClusters
from local_workspace.clusters.requests import ClusterRequests
from local_workspace.clusters.spark.driver import Driver
from local_workspace.clusters.spec import ClusterSpec
from local_workspace.clusters.usage import Usage
from local_workspace.files.local_files import LocalFiles
from local_workspace.processes.processes import Processes
from local_workspace.settings import Settings
from local_workspace.store import Document, Store

_TICK_SECONDS = 1.0
_POLL_SECONDS = 0.2


class ClusterUnusable(RuntimeError):
    """A run cannot have its cluster: it does not exist, or ended while the run waited for it."""

    def __init__(self, message: str, code: str) -> None:
        super().__init__(message)
        self.code = code


class Clusters:
    """Every cluster of the workspace; safe to use from every thread."""

    def __init__(
        self,
        settings: Settings,
        store: Store,
        clock: Clock,
        processes: Processes,
        files: LocalFiles,
        with_secrets: Callable[[dict[str, str]], dict[str, str]] = dict,
    ) -> None:
        self._with_secrets = with_secrets
        self._settings = settings
        self._clock = clock
        self._records = ClusterRecords(store, clock)
        self.policies = ClusterPolicies(settings, store, clock)
        self.pools = InstancePools(settings, store)
        self.capacity = PoolCapacity(self.pools, self._records)
        self.libraries = ClusterLibraries(store, files, processes)
        self._requests = ClusterRequests(self.policies, self.pools, self._records)
        self._means = Means(settings, clock, self._records, processes, files, self.libraries)
        self.changes = ClusterChanges(
            self._records, self._requests, settings.user_name, self.restart, self._message_after_resize
        )
        self._keepers: dict[str, ClusterKeeper] = {}
        self._usage = Usage(self._records, clock)
        self._stopping = threading.Event()
        self._ticker = threading.Thread(target=self._tick, name="idle clusters", daemon=True)

    def start(self) -> None:
        """Settle what a killed server left behind, and begin to look for idle clusters."""
        for document in self._records.all():
            self._records.set_terminating(document["cluster_id"], termination.server_gone("killed"))
            self._records.set_terminated(document["cluster_id"])
            self.libraries.cluster_ended(document["cluster_id"])
        self._ticker.start()

    def stop(self, deadline: float) -> None:
        """End every driver, and wait for that until `deadline` (of `time.monotonic`)."""
        with self._records.changed:
            self._stopping.set()
            keepers = list(self._keepers.values())
        for keeper in keepers:
            keeper.begin_to_end(termination.server_gone("stopped"))
        for keeper in keepers:
            keeper.join(max(0.0, deadline - time.monotonic()))
        if self._ticker.is_alive():
            self._ticker.join(max(0.0, deadline - time.monotonic()))

    def create(self, asked: ClusterSpec, source: str = API) -> str:
        """Check the request, begin to start a cluster, and return its id."""
        cluster_id = self._new_id()
        with self._records.changed:
            spec = self._requests.completed(asked, source)
            self._records.add(cluster_id, spec, source, asked)
            self.libraries.install(cluster_id, self.policies.libraries(spec.policy_id))
            self._keep(cluster_id)
        return cluster_id

    def restart(self, cluster_id: str) -> None:
        """RUNNING → RESTARTING: another driver, with nothing of the one before; nothing in another state."""
        refuse_of_a_job(self._records.get(cluster_id), "restarted")
        if keeper := self._keepers.get(cluster_id):
            keeper.begin_to_restart(self._settings.user_name)

    def get(self, cluster_id: str) -> dict[str, Any]:
        """`ClusterDetails` with the request as `spec`; `InvalidParameterValue` for an unknown id."""
        return details(self._records.get(cluster_id), self._settings)

    def spec(self, cluster_id: str) -> ClusterSpec:
        """What the cluster is made with, its references to secrets replaced.

        Raises `ResourceDoesNotExist` if one of them is not there.
        """
        spec = spec_of(self._records.get(cluster_id))
        changes = {
            "spark_conf": self._with_secrets(spec.spark_conf),
            "spark_env_vars": self._with_secrets(spec.spark_env_vars),
        }
        return spec.model_copy(update=changes)

    def newest(self, wanted: WantedClusters, first: int, count: int) -> tuple[list[dict[str, Any]], bool]:
        """At most `count` of the clusters that are wanted, without `spec`, and whether there are more."""
        page = self._records.newest(wanted, first, count)
        found = [details(document, self._settings) for document in page.documents]
        shown = [{key: value for key, value in each.items() if key != "spec"} for each in found]
        return shown, page.has_more

    def events(self, cluster_id: str) -> list[dict[str, Any]]:
        """What happened to a cluster, oldest first."""
        return list(self._records.get(cluster_id)["events"])

    def start_cluster(self, cluster_id: str) -> None:
        """TERMINATED → PENDING; nothing happens in any other state."""
        with self._records.changed:
            document = self._records.get(cluster_id)
            refuse_of_a_job(document, "started")
            if document["state"] == "TERMINATED":
                self._records.restart(cluster_id)
                self._keep(cluster_id)

    def delete(self, cluster_id: str) -> None:
        """Begin to end a cluster; nothing happens if it has ended or is ending."""
        self._records.get(cluster_id)
        self._begin_to_end(cluster_id, termination.user_request(self._settings.user_name))

    def end_job_cluster(self, cluster_id: str) -> None:
        """Begin to end the cluster of a run that needs it no more."""
        self._begin_to_end(cluster_id, termination.job_finished())

    def permanent_delete(self, cluster_id: str) -> None:
        """End a cluster and forget it: from now on it does not exist."""
        self.delete(cluster_id)
        self._records.mark_deleted(cluster_id)
        self.libraries.forget(cluster_id)

    def terminate_idle(self) -> None:
        """End the clusters that no run has used for their `autotermination_minutes`."""
        self._usage.end_idle(self._end_idle)

    def _end_idle(self, document: Document) -> None:
        reason = termination.inactivity(spec_of(document).autotermination_minutes)
        self._begin_to_end(document["cluster_id"], reason)

    def used_by(self, cluster_id: str, run_id: int) -> AbstractContextManager[None]:
        """While inside, the cluster is not idle."""
        return self._usage.by(cluster_id, run_id)

    def wait_for_driver(self, cluster_id: str, given_up: Callable[[], bool]) -> Driver | None:
        """The driver of a cluster once it is RUNNING; started if TERMINATED. None if `given_up` comes first.

        Raises `ClusterUnusable` if there is no such cluster, or if it ends while this waits.
        """
        was_started = False
        with self._records.changed:
            while not given_up():
                state = self._state_for_run(cluster_id)
                if state == "RUNNING" and self.libraries.are_settled(cluster_id):
                    return self._keepers[cluster_id].driver
                if state == "TERMINATED":
                    is_job = self._records.get(cluster_id).get("cluster_source") == JOB
                    if was_started or is_job or self._stopping.is_set():
                        raise ClusterUnusable(self._unexpected_end(cluster_id), "CLUSTER_ERROR")
                    self.start_cluster(cluster_id)
                was_started = was_started or state in ("TERMINATED", "PENDING")
                self._records.changed.wait(_POLL_SECONDS)
        return None

    def state_of(self, cluster_id: str) -> tuple[str, str]:
        """State and termination code ("" while there is none); one deleted for good is TERMINATED."""
        if not self._records.exists(cluster_id):
            return "TERMINATED", "USER_REQUEST"
        document = self._records.get(cluster_id)
        return document["state"], document.get("termination_reason", {}).get("code", "")

    def _state_for_run(self, cluster_id: str) -> str:
        if self._records.exists(cluster_id):
            return str(self._records.get(cluster_id)["state"])
        raise ClusterUnusable(
            f"Run executed on existing cluster ID {cluster_id} failed since the cluster does not exist.",
            "RESOURCE_NOT_FOUND",
        )

    def _unexpected_end(self, cluster_id: str) -> str:
        reason = self._records.get(cluster_id)["termination_reason"]
        parameters = ",".join(f"{key}:{value}" for key, value in reason["parameters"].items())
        return (
            f"Cluster {cluster_id} was terminated while waiting on it to be ready: Cluster {cluster_id} is "
            f"in unexpected state Terminated: {reason['code']}({reason['type']}): {parameters}"
        )

    def _begin_to_end(self, cluster_id: str, reason: termination.TerminationReason) -> None:
        if keeper := self._keepers.get(cluster_id):
            keeper.begin_to_end(reason)

    def _keep(self, cluster_id: str) -> None:
        keeper = ClusterKeeper(cluster_id, self._means, lambda: self.spec(cluster_id))
        self._keepers[cluster_id] = keeper
        if reason := self.capacity.refusal(cluster_id):
            keeper.begin_to_end(reason)
        keeper.start()

    def _message_after_resize(self, cluster_id: str) -> str:
        return self._keepers[cluster_id].message_after_resize()

    def _new_id(self) -> str:
        """The shape of Databricks' own: 1124-081500-x7k2m9qa."""
        when = time.strftime("%m%d-%H%M%S", time.gmtime(self._clock.now()))
        letters = string.ascii_lowercase + string.digits
        return f"{when}-{''.join(secrets.choice(letters) for _ in range(8))}"

    def _tick(self) -> None:
        while not self._clock.wait(self._stopping, _TICK_SECONDS):
            self.terminate_idle()
