"""The clusters of a workspace, put together as the application does it."""

from typing import TypeVar

from local_workspace.clock import Clock
from local_workspace.clusters.clusters import Clusters
from local_workspace.files.local_files import LocalFiles
from local_workspace.files.workspace import WorkspaceFiles
from local_workspace.processes.processes import Processes
from local_workspace.settings import Settings
from local_workspace.store import Store

Kind = TypeVar("Kind", bound=Clusters)


def clusters_of(
    kind: type[Kind], settings: Settings, store: Store, clock: Clock, processes: Processes | None = None
) -> Kind:
    """Clusters of this kind, with these processes or with processes of their own."""
    return kind(settings, store, clock, processes or Processes(store), local_files(settings, store, clock))


def clusters_in(
    settings: Settings, store: Store, clock: Clock, processes: Processes | None = None
) -> Clusters:
    """Clusters as they are."""
    return clusters_of(Clusters, settings, store, clock, processes)


def local_files(settings: Settings, store: Store, clock: Clock) -> LocalFiles:
    """The files of the workspace as they are on this machine."""
    workspace = WorkspaceFiles(settings.workspace_files, store, clock, settings.user_name)
    return LocalFiles(settings.dbfs, workspace)
