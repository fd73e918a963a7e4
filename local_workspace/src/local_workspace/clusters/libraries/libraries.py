"""Libraries of clusters: what was asked for, what became of it, and the installing.

They are installed one after the other while the cluster runs, and anew when it starts again. A library that
is taken away from a running cluster goes when that starts the next time.
https://docs.databricks.com/aws/en/libraries/cluster-libraries
"""

import subprocess
import threading
from collections.abc import Callable, Sequence
from typing import Any

from local_workspace.clusters.libraries.environment import ClusterEnvironment
from local_workspace.clusters.libraries.library import Library
from local_workspace.clusters.spec import ClusterSpec
from local_workspace.errors import WorkspaceError
from local_workspace.files.local_files import LocalFiles
from local_workspace.processes.processes import Processes, base_environment
from local_workspace.store import Document, Store

PENDING, INSTALLING, INSTALLED, FAILED = "PENDING", "INSTALLING", "INSTALLED", "FAILED"
UNINSTALL_ON_RESTART = "UNINSTALL_ON_RESTART"
_POLL_SECONDS = 0.1


class Place:
    """Where the libraries of a running cluster go; `changed` is called when there is something new."""

    def __init__(
        self, environment: ClusterEnvironment, spec: ClusterSpec, changed: Callable[[], None]
    ) -> None:
        self.environment = environment
        self.spec = spec
        self.changed = changed
        self.ended = threading.Event()


class ClusterLibraries:
    """Every cluster's list; safe to use from every thread."""

    def __init__(self, store: Store, files: LocalFiles, processes: Processes) -> None:
        self._documents = store.collection("cluster_libraries")
        self._files = files
        self._processes = processes
        self._places: dict[str, Place] = {}
        self._working: set[str] = set()
        self._lock = threading.RLock()

    def install(self, cluster_id: str, libraries: Sequence[Library]) -> None:
        """Ask for libraries: they are installed soon, or when the cluster starts."""
        if not libraries:
            return
        for library in libraries:
            library.check(f"Cluster {cluster_id}")
        with self._lock:
            entries = self.statuses(cluster_id)
            for library in libraries:
                entries = [each for each in entries if each["library"] != library.to_wire()]
                entries.append(_entry(library))
            self._put(cluster_id, entries)
            self._work(cluster_id)

    def uninstall(self, cluster_id: str, libraries: Sequence[Library]) -> None:
        """Take libraries off the list: at once if they are not installed, else at the next start."""
        gone = [library.to_wire() for library in libraries]
        with self._lock:
            is_running = cluster_id in self._places
            kept = []
            for entry in self.statuses(cluster_id):
                if entry["library"] not in gone:
                    kept.append(entry)
                elif is_running and entry["status"] in (INSTALLING, INSTALLED):
                    kept.append(entry | {"status": UNINSTALL_ON_RESTART})
            self._put(cluster_id, kept)

    def statuses(self, cluster_id: str) -> list[Document]:
        """`LibraryFullStatus` of every library of a cluster."""
        document = self._documents.get(cluster_id)
        return list(document["statuses"]) if document else []

    def clusters(self) -> list[str]:
        """The ids of the clusters that have a list."""
        return [document["cluster_id"] for document in self._documents.values()]

    def forget(self, cluster_id: str) -> None:
        """The cluster does not exist any more."""
        self._documents.delete(cluster_id)

    def are_settled(self, cluster_id: str) -> bool:
        """Whether nothing is about to be installed on a running cluster."""
        return all(each["status"] not in (PENDING, INSTALLING) for each in self.statuses(cluster_id))

    def cluster_started(self, cluster_id: str, place: Place) -> None:
        """Begin to install what the cluster is to have, into its new environment."""
        with self._lock:
            kept = [each for each in self.statuses(cluster_id) if each["status"] != UNINSTALL_ON_RESTART]
            fresh = [each | {"status": PENDING, "messages": []} for each in kept]
            if kept or self._documents.get(cluster_id):
                self._put(cluster_id, fresh)
            self._places[cluster_id] = place
            self._work(cluster_id)

    def cluster_ended(self, cluster_id: str) -> None:
        """Nothing more is installed; what was is gone with the environment."""
        with self._lock:
            if place := self._places.pop(cluster_id, None):
                place.ended.set()
            if entries := self.statuses(cluster_id):
                kept = [each for each in entries if each["status"] != UNINSTALL_ON_RESTART]
                self._put(cluster_id, [each | {"status": PENDING, "messages": []} for each in kept])

    def _work(self, cluster_id: str) -> None:
        if cluster_id in self._working or self.are_settled(cluster_id) or cluster_id not in self._places:
            return
        self._working.add(cluster_id)
        name = f"libraries of {cluster_id}"
        threading.Thread(target=self._install_all, args=(cluster_id,), name=name, daemon=True).start()

    def _install_all(self, cluster_id: str) -> None:
        while (taken := self._take(cluster_id)) is not None:
            place, library = taken
            problem = self._install(cluster_id, place, library)
            self._settle(cluster_id, library, problem)
            place.changed()

    def _take(self, cluster_id: str) -> tuple[Place, Library] | None:
        with self._lock:
            place = self._places.get(cluster_id)
            pending = [each for each in self.statuses(cluster_id) if each["status"] == PENDING]
            if place is None or not pending:
                self._working.discard(cluster_id)
                return None
            library = Library.model_validate(pending[0]["library"])
            self._become(cluster_id, library, INSTALLING, [])
            return place, library

    def _install(self, cluster_id: str, place: Place, library: Library) -> str:
        """Why a library cannot be installed; "" once it is."""
        if refusal := library.refusal(place.spec):
            return refusal
        try:
            return self._run_pip(cluster_id, place, library.pip_arguments(self._files))
        except (WorkspaceError, OSError) as error:  # the path is none, or the cluster has just ended
            return str(error)

    def _run_pip(self, cluster_id: str, place: Place, arguments: list[str]) -> str:
        """The last line of what pip says if it fails, else ""."""
        folder = place.environment.folder
        log = folder.with_name("libraries.log")
        begin = log.stat().st_size if log.exists() else 0
        process = self._processes.spawn(
            f"pip of {cluster_id}",
            place.environment.install(arguments),
            environment=base_environment(folder),
            cwd=folder,
            output=log,
        )
        while not _has_ended(process) and not place.ended.is_set():
            pass
        self._processes.end(process)
        lines = log.read_bytes()[begin:].decode(errors="replace").strip().splitlines()
        return (lines or ["pip failed"])[-1] if process.returncode else ""

    def _settle(self, cluster_id: str, library: Library, problem: str) -> None:
        if not problem:
            self._become(cluster_id, library, INSTALLED, [])
            return
        text = f"Library installation failed for library due to user error. {library.to_wire()}: {problem}"
        self._become(cluster_id, library, FAILED, [text])

    def _become(self, cluster_id: str, library: Library, status: str, messages: list[str]) -> None:
        """A library's next status; one that was taken off the list meanwhile stays so."""
        with self._lock:
            if cluster_id not in self._places:
                return
            entries = self.statuses(cluster_id)
            for entry in entries:
                if entry["library"] == library.to_wire() and entry["status"] in (PENDING, INSTALLING):
                    entry |= {"status": status, "messages": messages}
            self._put(cluster_id, entries)

    def _put(self, cluster_id: str, entries: list[Document]) -> None:
        self._documents.put(cluster_id, {"cluster_id": cluster_id, "statuses": entries})


def _entry(library: Library) -> dict[str, Any]:
    return {
        "library": library.to_wire(),
        "status": PENDING,
        "messages": [],
        "is_library_for_all_clusters": False,
    }


def _has_ended(process: subprocess.Popen[bytes]) -> bool:
    try:
        process.wait(_POLL_SECONDS)
    except subprocess.TimeoutExpired:
        return False
    return True
