"""What the end-to-end tests ask of the running stack."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import httpx
from databricks.sdk import WorkspaceClient
from databricks.sdk.service.compute import State
from databricks.sdk.service.ml import Run

from local_stack.dag_run import DagRun, TaskInstance, follow, trigger

DAG = "penguin_predictor"
OTHER_GRID = {
    "LogisticRegression_maxIter": [7, 13, 30],
    "LogisticRegression_regParam": ["0.02"],
    "points_per_task": 1,
    "keep_endpoint": False,
}


@dataclass(frozen=True)
class Stack:
    """A workspace, by Databricks' own client, and Airflow, by its REST API."""

    workspace: WorkspaceClient
    airflow: httpx.Client

    def run(self, dag_id: str, conf: Mapping[str, Any]) -> "EndedRun":
        """Trigger the DAG and wait for the run's end."""
        dag_run = trigger(self.airflow, dag_id, conf)
        state = follow(dag_run, show=lambda _: None, look=lambda: None)
        return EndedRun(dag_run, state, {task.name: task for task in dag_run.task_instances()})

    def created(self) -> "Created":
        """What there is in the workspace now, to compare with later."""
        return Created(
            clusters=frozenset(str(c.cluster_id) for c in self.workspace.clusters.list()),
            runs=frozenset(int(r.run_id or 0) for r in self.workspace.jobs.list_runs()),
            files=frozenset(str(f.path) for f in self.workspace.dbfs.list("/", recursive=True)),
            endpoints=frozenset(str(e.name) for e in self.workspace.serving_endpoints.list()),
        )

    def live_clusters(self) -> list[str]:
        """Clusters that are not TERMINATED."""
        return [str(c.cluster_id) for c in self.workspace.clusters.list() if c.state != State.TERMINATED]

    def mlflow_runs(self, dag_id: str) -> list[Run]:
        """The MLflow runs of the DAG's experiment."""
        user = self.workspace.current_user.me().user_name
        experiment = self.workspace.experiments.get_by_name(f"/Users/{user}/rookery/{dag_id}").experiment
        assert experiment is not None
        return list(self.workspace.experiments.search_runs(experiment_ids=[str(experiment.experiment_id)]))

    def versions(self, name: str) -> list[str]:
        """The versions registered under a model name, oldest first."""
        found = self.workspace.model_registry.search_model_versions(filter=f"name='{name}'")
        return sorted((str(version.version) for version in found), key=int)


@dataclass(frozen=True)
class Created:
    """Ids and paths of what costs money or space."""

    clusters: frozenset[str]
    runs: frozenset[int]
    files: frozenset[str]
    endpoints: frozenset[str]


@dataclass(frozen=True)
class EndedRun:
    """A DAG run that has ended, with its tasks by name."""

    dag_run: DagRun
    state: str
    tasks: Mapping[str, TaskInstance]

    def failed(self) -> set[str]:
        """The tasks that failed by themselves."""
        return {name for name, task in self.tasks.items() if task.state == "failed"}

    def errors_of(self, name: str) -> str:
        """What a task's log says of its failure."""
        return "\n".join(self.dag_run.errors(self.tasks[name]))

    def returned(self, task_id: str) -> Any:
        """What a task returned."""
        return self.dag_run.xcom(task_id)
