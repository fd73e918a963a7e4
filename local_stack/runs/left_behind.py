"""What a run left behind, asked of the workspace itself; an empty list is the promise."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from local_stack.waiting import WaitTimeoutError, wait_for

if TYPE_CHECKING:
    from databricks.sdk import WorkspaceClient

# A terminated cluster takes a moment to be gone; what is still there after this is left behind.
PATIENCE_SECONDS = 60


def left_behind(client: "WorkspaceClient", data_root: str | None, keep_endpoint: bool) -> list[str]:
    """Clusters not TERMINATED, active runs, ephemeral endpoints and staging files, one line each."""

    def look() -> list[str] | None:
        return None if list(_everything(client, data_root, keep_endpoint)) else []

    try:
        return wait_for("a clean workspace", look, PATIENCE_SECONDS)
    except WaitTimeoutError:
        return list(_everything(client, data_root, keep_endpoint))


def _everything(client: "WorkspaceClient", data_root: str | None, keep_endpoint: bool) -> Iterator[str]:
    from databricks.sdk.service.compute import State

    for cluster in client.clusters.list():
        if cluster.state != State.TERMINATED:
            yield f"cluster {cluster.cluster_id} ({cluster.cluster_name}): {cluster.state}"
    for run in client.jobs.list_runs(active_only=True):
        yield f"run {run.run_id} ({run.run_name})"
    for endpoint in [] if keep_endpoint else client.serving_endpoints.list():
        yield f"endpoint {endpoint.name}"
    for path in _files(client, data_root) if data_root else []:
        if {"tmp", "_temporary"} & set(path.split("/")):
            yield f"staging file {path}"


def _files(client: "WorkspaceClient", folder: str) -> Iterator[str]:
    """All files below a folder. The SDK's own recursion asks, in a Volume, for folders below a folder by
    their names alone."""
    for each in client.dbfs.list(folder):
        if each.path and each.is_dir:
            yield from _files(client, each.path)
        elif each.path:
            yield each.path


def cluster_seconds(client: "WorkspaceClient") -> float:
    """For how many seconds clusters existed in this workspace, summed: what would have been billed."""
    lives = [(c.start_time, c.terminated_time) for c in client.clusters.list()]
    return sum((end - start) / 1000 for start, end in lives if start and end)
