"""What a DAG has had done in the workspace, counted: the work that costs money and must not be done twice."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from databricks.sdk import WorkspaceClient
from databricks.sdk.service.ml import ModelVersion, Run

TAG_DAG_RUN = "rookery_dag_run_id"


@dataclass(frozen=True)
class Work:
    """All work up to a moment.

    `job_runs` counts the runs that were submitted, by DAG run and task. Each of `fits` is the MLflow run of a
    point that was fitted; `versions` are the registered ones, oldest first.
    """

    job_runs: Counter[tuple[str, str]]
    fits: tuple[Run, ...]
    versions: tuple[ModelVersion, ...]

    def submitted(self, dag_run_id: str) -> dict[str, int]:
        """The job runs of one DAG run, by task."""
        return {task: count for (owner, task), count in self.job_runs.items() if owner == dag_run_id}

    def fits_of(self, dag_run_id: str) -> list[Run]:
        """The fits that one DAG run made."""
        return [run for run in self.fits if tags_of(run).get(TAG_DAG_RUN) == dag_run_id]

    def versions_of(self, dag_run_id: str) -> list[ModelVersion]:
        """The versions that one DAG run registered."""
        return [version for version in self.versions if version_tags(version).get(TAG_DAG_RUN) == dag_run_id]


def work_of(workspace: WorkspaceClient, dag_id: str, registered_model_name: str) -> Work:
    """What this DAG has had done until now."""
    return Work(
        Counter(_job_runs(workspace, dag_id)),
        tuple(mlflow_runs(workspace, dag_id)),
        tuple(versions(workspace, registered_model_name)),
    )


def versions(workspace: WorkspaceClient, registered_model_name: str) -> list[ModelVersion]:
    """The versions registered under a name, oldest first."""
    found = workspace.model_registry.search_model_versions(filter=f"name='{registered_model_name}'")
    return sorted(found, key=lambda version: int(version.version or 0))


def mlflow_runs(workspace: WorkspaceClient, dag_id: str) -> list[Run]:
    """The MLflow runs of the DAG's experiment, but those of sweeps, which are parents of others."""
    user = workspace.current_user.me().user_name
    experiment = workspace.experiments.get_by_name(f"/Users/{user}/rookery/{dag_id}").experiment
    assert experiment is not None
    runs = workspace.experiments.search_runs(experiment_ids=[str(experiment.experiment_id)])
    return [run for run in runs if "rookery_kind" not in tags_of(run)]


def sweep_run(workspace: WorkspaceClient, run: Run) -> Run:
    """The MLflow run of the sweep that has fitted a point."""
    found = workspace.experiments.get_run(tags_of(run)["mlflow.parentRunId"]).run
    assert found is not None
    return found


def status_of(run: Run) -> str:
    """An MLflow run's status."""
    return str(run.info and run.info.status and run.info.status.value)


def tags_of(run: Run) -> Mapping[str, str]:
    """The tags of an MLflow run."""
    return {str(tag.key): str(tag.value) for tag in (run.data and run.data.tags) or []}


def params_of(run: Run) -> Mapping[str, str]:
    """The parameters of an MLflow run."""
    return {str(param.key): str(param.value) for param in (run.data and run.data.params) or []}


def version_tags(version: ModelVersion) -> Mapping[str, str]:
    """The tags of a registered version."""
    return {str(tag.key): str(tag.value) for tag in version.tags or []}


def _job_runs(workspace: WorkspaceClient, dag_id: str) -> list[tuple[str, str]]:
    # A run is named "<what> of <DAG>, <DAG run>"; its only task has the key of Airflow's task.
    found = []
    for run in workspace.jobs.list_runs(expand_tasks=True):
        owner = str(run.run_name).rpartition(" of ")[2]
        if owner.startswith(f"{dag_id}, "):
            found += [(owner.removeprefix(f"{dag_id}, "), str(task.task_key)) for task in run.tasks or []]
    return found
