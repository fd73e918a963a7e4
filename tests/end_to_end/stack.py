"""What the end-to-end tests ask of the running stack."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
from databricks.sdk import WorkspaceClient
from databricks.sdk.service.compute import ClusterDetails, State

from local_stack.runs.dag_run import DagRun, TaskInstance, follow, trigger
from local_stack.waiting import wait_for

DAG = "penguin_predictor"
SCORING_DAG = "penguin_batch_scoring"
DUE_ON = (datetime.now(UTC) + timedelta(days=3)).isoweekday()
"""The day of the week on which the tests' copy of DAG is due."""
# After which something hangs: a test does not judge by the clock of a machine that may be busy.
HANGING_SECONDS = 900


@dataclass(frozen=True)
class Stack:
    """A workspace, by Databricks' own client, and Airflow, by its REST API and its folder.

    Schedules work, and DAGs are paused at first, as in `make up`.
    """

    workspace: WorkspaceClient
    airflow: httpx.Client
    airflow_home: Path

    def get(self, path: str) -> Any:
        """What Airflow's REST API answers to a GET."""
        response = self.airflow.get(path)
        response.raise_for_status()
        return response.json()

    def unpause(self, dag_id: str) -> None:
        """Let the DAG's runs start, as soon as Airflow has read its file."""

        def unpaused() -> bool | None:
            return self.airflow.patch(f"dags/{dag_id}", json={"is_paused": False}).is_success or None

        wait_for(f"the DAG {dag_id}", unpaused, seconds=HANGING_SECONDS)

    def pause(self, dag_id: str) -> None:
        """Let no more runs of the DAG start by themselves."""
        self.airflow.patch(f"dags/{dag_id}", json={"is_paused": True}).raise_for_status()

    def started_by_itself(self, dag_id: str, run_type: str) -> DagRun:
        """The DAG's oldest run of a type that Airflow starts, once it has."""

        def look() -> DagRun | None:
            runs = self.get(f"dags/{dag_id}/dagRuns?run_type={run_type}&order_by=run_after")["dag_runs"]
            return DagRun(self.airflow, dag_id, runs[0]["dag_run_id"]) if runs else None

        return wait_for(f"a {run_type} run of {dag_id}", look, seconds=HANGING_SECONDS)

    def start(self, dag_id: str, conf: Mapping[str, Any]) -> DagRun:
        """Trigger the DAG."""
        self.unpause(dag_id)
        return trigger(self.airflow, dag_id, conf)

    def run(self, dag_id: str, conf: Mapping[str, Any]) -> "EndedRun":
        """Trigger the DAG and wait for the run's end."""
        return self.followed(self.start(dag_id, conf))

    def followed(self, dag_run: DagRun) -> "EndedRun":
        """Wait for the run's end."""
        state = follow(dag_run)
        return EndedRun(dag_run, state, {task.name: task for task in dag_run.task_instances()})

    def clear(self, dag_run: DagRun, tasks: Sequence[str | tuple[str, int]], downstream: bool) -> "EndedRun":
        """Clear tasks of a run that has ended, a mapped one by its index, and wait for the run's next end."""
        body = {
            "dry_run": False,
            "only_failed": False,
            "dag_run_id": dag_run.run_id,
            "task_ids": list(tasks),
            "include_downstream": downstream,
        }
        response = self.airflow.post(f"dags/{dag_run.dag_id}/clearTaskInstances", json=body)
        assert response.is_success, response.text
        return self.followed(dag_run)

    def clusters_of(self, dag_run: DagRun) -> list[ClusterDetails]:
        """All clusters that a DAG run has ever had, by their owner tag."""
        owner = f"/{dag_run.dag_id}/{dag_run.run_id}"
        return [each for each in self.workspace.clusters.list() if _owner(each).endswith(owner)]

    def live_clusters(self, dag_id: str) -> list[str]:
        """The clusters of a DAG's runs that are not TERMINATED."""
        return [
            str(cluster.cluster_id)
            for cluster in self.workspace.clusters.list()
            if cluster.state != State.TERMINATED and f"/{dag_id}/" in _owner(cluster)
        ]


@dataclass(frozen=True)
class Created:
    """Ids and paths of what costs money or space."""

    clusters: frozenset[str]
    runs: frozenset[int]
    files: frozenset[str]
    endpoints: frozenset[str]

    @classmethod
    def until_now(cls, workspace: WorkspaceClient) -> "Created":
        """What there is in the workspace, to compare with later."""
        return cls(
            clusters=frozenset(str(c.cluster_id) for c in workspace.clusters.list()),
            runs=frozenset(int(r.run_id or 0) for r in workspace.jobs.list_runs()),
            files=frozenset(str(f.path) for f in workspace.dbfs.list("/", recursive=True)),
            endpoints=frozenset(str(e.name) for e in workspace.serving_endpoints.list()),
        )


@dataclass(frozen=True)
class EndedRun:
    """A DAG run that has ended, with its tasks by name."""

    dag_run: DagRun
    state: str
    tasks: Mapping[str, TaskInstance]

    def failed(self) -> set[str]:
        """The tasks that failed by themselves."""
        return {name for name, task in self.tasks.items() if task.state == "failed"}

    def started_after(self, earlier: "EndedRun") -> set[str]:
        """The tasks that started (again) since the run ended the time before."""
        before = max(task.start for task in earlier.tasks.values())
        return {name for name, task in self.tasks.items() if task.start > before}

    def last_line_of(self, name: str) -> str:
        """The last line of a task's log, in its last try: marks that fold lines in the UI are none."""
        return next(line for line in reversed(self.log_of(name)) if line != "::endgroup::")

    def log_of(self, name: str) -> list[str]:
        """A task's log, in its last try."""
        task, run = self.tasks[name], self.dag_run
        path = f"dags/{run.dag_id}/dagRuns/{run.run_id}/taskInstances/{task.task_id}"
        instance = run.api.get(f"{path}/{task.map_index}" if task.map_index >= 0 else path).json()
        log = run.api.get(
            f"{path}/logs/{instance['try_number']}?map_index={task.map_index}&full_content=true"
        )
        return [str(line["event"]) for line in log.json()["content"]]

    def returned(self, task_id: str) -> Any:
        """What a task returned."""
        return self.dag_run.xcom(task_id)


def _owner(cluster: ClusterDetails) -> str:
    return (cluster.custom_tags or {}).get("rookery_owner", "")
