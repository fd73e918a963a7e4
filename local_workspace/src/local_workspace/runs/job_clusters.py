"""Clusters of runs: made when the first task needs one, ended when the last one that may use it has ended.

https://learn.microsoft.com/azure/databricks/jobs/compute
"""

import threading
from typing import Any

from local_workspace.clusters.clusters import Clusters
from local_workspace.clusters.document import JOB
from local_workspace.clusters.spec import ClusterSpec
from local_workspace.runs.records import RunRecords
from local_workspace.store import Document


class JobClusters:
    """Every cluster that belongs to a run; safe to use from every thread."""

    def __init__(self, records: RunRecords, clusters: Clusters) -> None:
        self._records = records
        self._clusters = clusters
        self._lock = threading.Lock()

    def of_task(self, task: Document) -> str:
        """The id of the cluster on which a task runs: its own, one of its run, or one that is there anyway.

        Raises `WorkspaceError` if it cannot be made.
        """
        spec = task["task"]
        if spec.get("existing_cluster_id"):
            return str(spec["existing_cluster_id"])
        with self._lock:
            run = self._records.run(task["parent_run_id"])
            if spec.get("new_cluster"):
                cluster_id = self._create(run, spec["task_key"], spec["new_cluster"])
            else:
                cluster_id = self._shared(run, spec["job_cluster_key"])
        self._records.update_task(task["run_id"], cluster_id=cluster_id)
        return cluster_id

    def task_ended(self, task: Document) -> None:
        """End the cluster that was this task's alone."""
        if task["task"].get("new_cluster") and task.get("cluster_id"):
            self._clusters.end_job_cluster(task["cluster_id"])

    def run_ended(self, run_id: int) -> None:
        """End the clusters that the tasks of this run have shared."""
        with self._lock:
            cluster_ids = self._records.run(run_id).get("cluster_ids", {})
            self._records.update_run(run_id, cluster_ids={})
        for cluster_id in cluster_ids.values():
            self._clusters.end_job_cluster(cluster_id)

    def _shared(self, run: Document, key: str) -> str:
        known: dict[str, str] = run.get("cluster_ids", {})
        if key not in known:
            (said,) = [each for each in run["job_clusters"] if each["job_cluster_key"] == key]
            known = known | {key: self._create(run, key, said["new_cluster"])}
            self._records.update_run(run["run_id"], cluster_ids=known)
        return known[key]

    def _create(self, run: Document, key: str, fields: dict[str, Any]) -> str:
        """As Databricks names them; no run is idle on its own cluster."""
        name = {
            "cluster_name": f"job-{run['job_id']}-run-{run['run_id']}-{key}",
            "autotermination_minutes": 0,
        }
        return self._clusters.create(ClusterSpec.model_validate(fields | name), source=JOB)
