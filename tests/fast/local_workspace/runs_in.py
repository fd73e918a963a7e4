"""The runs of a workspace, put together as the application does it."""

from local_workspace.clock import Clock
from local_workspace.clusters.clusters import Clusters
from local_workspace.processes.processes import Processes
from local_workspace.runs.job_clusters import JobClusters
from local_workspace.runs.jobs.jobs import Jobs
from local_workspace.runs.records import RunRecords
from local_workspace.runs.runs import Runs
from local_workspace.runs.task_runs.task_run import Services
from local_workspace.settings import Settings
from local_workspace.store import Store
from tests.fast.local_workspace.clusters_in import local_files


def runs_in(
    settings: Settings, store: Store, clock: Clock, clusters: Clusters, records: RunRecords | None = None
) -> Runs:
    """Runs on these clusters, with these records or with records of their own."""
    kept = records or RunRecords(store, clock)
    services = Services(
        settings,
        clock,
        kept,
        Processes(store),
        clusters,
        JobClusters(kept, clusters),
        local_files(settings, store, clock),
    )
    return Runs(services, Jobs(settings, store, clock))
